//! The activity log.

use std::net::IpAddr;

use uuid::Uuid;

use super::{JsonText, OrganizationId, Timestamp, UserId};

/// An entry of the activity log.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    pub id: Uuid,
    /// The user who acted; `None` for the server.
    pub user: Option<UserId>,
    /// Whether the entry is attributed to the server.
    pub is_system: bool,
    /// The type of the object: `Insight`, `PropertyDefinition`, ….
    pub scope: String,
    pub item: Option<String>,
    /// What was done: `created`, `updated`, ….
    pub activity: String,
    /// An object with the details.
    pub detail: JsonText,
    pub created_at: Timestamp,
    /// The organization; the service leaves it out of some entries.
    pub organization: Option<OrganizationId>,
    /// Where the request came from.
    pub source: RequestSource,
}

/// Where a request comes from, as the activity log shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RequestSource {
    /// The address of the client.
    pub address: Option<IpAddr>,
    /// What the client calls itself.
    pub client: Option<ClientName>,
}

/// The name of a client in the header `x-posthog-client`, cut after 32 bytes. Kept in place, so that the context of a request
/// stays a small value that can be copied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClientName {
    bytes: [u8; ClientName::LENGTH],
    length: u8,
}

impl ClientName {
    const LENGTH: usize = 32;

    /// The first 32 bytes of `text`, less a character that would be cut in two; `None` if it is empty.
    pub fn new(text: &str) -> Option<ClientName> {
        let mut length = text.len().min(ClientName::LENGTH);
        while !text.is_char_boundary(length) {
            length -= 1;
        }
        let mut bytes = [0; ClientName::LENGTH];
        bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
        (length > 0).then_some(ClientName {
            bytes,
            length: length as u8,
        })
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.length)])
            .expect("`new` copies whole characters")
    }
}
