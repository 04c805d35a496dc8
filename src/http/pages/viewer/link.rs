//! The address of a share.

use crate::http::{Request, session};

/// The parts of the address of a share.
pub struct Link {
    /// The share's token: the last segment up to its first dot.
    pub token: String,
    /// The path up to that dot: the path of the session's cookie.
    pub path: String,
    /// The kind of page: `scene`; `embed`, which has less around it; or `image`, which is made for pictures.
    pub kind: &'static str,
    /// Whether it is the address of a frame, which may be part of a page of another site.
    pub is_frame: bool,
    /// Whether it is the preview of the admin page: a frame requested with the cookie of an admin session.
    pub is_preview: bool,
    /// The format that the end of the path asks for.
    pub format: Format,
    /// Whether the query string asks for a page without the name of the product.
    pub forces_whitelabel: bool,
}

/// The format of a response about a share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Format {
    Page,
    /// The data of that page: `.json`.
    Data,
    /// A picture of it: `.png`.
    Picture,
}

impl Link {
    /// For a page that is a file and has no address.
    pub fn of_file() -> Link {
        Link {
            token: String::new(),
            path: String::new(),
            kind: "scene",
            is_frame: false,
            is_preview: false,
            format: Format::Page,
            forces_whitelabel: false,
        }
    }

    /// Reads the address of `request`.
    pub fn of(request: &Request) -> Link {
        let file = request.segment("share");
        let token = file.split('.').next().unwrap_or_default().to_owned();
        let path = request.path.trim_end_matches('/');
        let place = path.rfind('/').map_or(0, |slash| slash + 1);
        let is_frame = path.starts_with("/embedded/");
        Link {
            path: format!("{}{token}", &path[..place]),
            token,
            is_frame,
            kind: match request.parameter("force_type") {
                Some("scene") => "scene",
                Some("embed") => "embed",
                Some("image") => "image",
                _ if is_frame || request.parameter("embedded").is_some() => "embed",
                _ => "scene",
            },
            is_preview: is_frame && session::cookie(request).is_some(),
            format: match file {
                _ if file.ends_with(".json") => Format::Data,
                _ if file.ends_with(".png") => Format::Picture,
                _ => Format::Page,
            },
            forces_whitelabel: request.parameter("whitelabel").is_some(),
        }
    }
}
