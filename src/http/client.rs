//! Who sent a request, when it may have come through proxies.
//!
//! Anyone can send `X-Forwarded-For`, so it counts only from a peer that `--trusted-proxy` names. Every proxy adds the
//! address of its own peer at the right end; what stands further left is what it was sent. So the client is the first
//! address from the right that is no trusted proxy: all to the left of it may be invented.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use actix_web::http::header::{HeaderMap, HeaderName};

use crate::config::Network;

/// The other end of a request, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Client {
    pub address: IpAddr,
    /// Whether it spoke TLS, according to a trusted proxy.
    pub is_https: bool,
}

impl Client {
    /// The client of a request that came from `peer` with these headers.
    pub fn of(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[Network]) -> Client {
        let peer = peer.unwrap_or(Ipv4Addr::UNSPECIFIED.into()).to_canonical();
        let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
        if !is_trusted(peer) {
            return Client {
                address: peer,
                is_https: false,
            };
        }
        let mut address = peer;
        for hop in values(headers, "x-forwarded-for").into_iter().rev() {
            let Some(hop) = parse(hop) else { break };
            address = hop;
            if !is_trusted(hop) {
                break;
            }
        }
        let schemes = values(headers, "x-forwarded-proto");
        Client {
            address,
            is_https: schemes
                .last()
                .is_some_and(|scheme| scheme.eq_ignore_ascii_case("https")),
        }
    }

    /// What limits count it as: its address, or the /64 network of an IPv6 address, all of which one client has.
    pub fn network(&self) -> IpAddr {
        network(self.address)
    }
}

/// `address`, or the /64 network of an IPv6 address.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
        address => address,
    }
}

/// The comma-separated values of all headers called `name`, in order.
fn values<'h>(headers: &'h HeaderMap, name: &'static str) -> Vec<&'h str> {
    let lines = headers.get_all(HeaderName::from_static(name));
    lines
        .flat_map(|line| line.to_str().unwrap_or_default().split(','))
        .map(str::trim)
        .collect()
}

/// The address of a hop, which some proxies write with a port.
fn parse(hop: &str) -> Option<IpAddr> {
    let address = hop.parse().or_else(|_| {
        let with_port: Result<SocketAddr, _> = hop.parse();
        with_port.map(|address| address.ip())
    });
    address.ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn client(peer: &str, forwarded: &[&'static str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            let name = HeaderName::from_static("x-forwarded-for");
            headers.append(name, HeaderValue::from_static(line));
        }
        let trusted: Vec<_> = trusted
            .iter()
            .map(|network| network.parse().unwrap())
            .collect();
        let client = Client::of(Some(peer.parse().unwrap()), &headers, &trusted);
        client.address.to_string()
    }

    #[test]
    fn the_last_hop_that_is_no_trusted_proxy_is_the_client() {
        let chain = "203.0.113.9, 198.51.100.7, 10.0.0.2";
        for (peer, forwarded, trusted, expected) in [
            ("127.0.0.1", &[chain][..], &[][..], "127.0.0.1"),
            ("192.0.2.1", &[chain], &["127.0.0.1"], "192.0.2.1"),
            ("127.0.0.1", &[], &["127.0.0.1"], "127.0.0.1"),
            ("127.0.0.1", &[chain], &["127.0.0.1"], "10.0.0.2"),
            (
                "127.0.0.1",
                &[chain],
                &["127.0.0.1", "10.0.0.0/8"],
                "198.51.100.7",
            ),
            (
                "10.9.9.9",
                &["203.0.113.9", "198.51.100.7"],
                &["10.0.0.0/8"],
                "198.51.100.7",
            ),
            ("127.0.0.1", &[chain], &["0.0.0.0/0"], "203.0.113.9"),
            (
                "127.0.0.1",
                &["203.0.113.9, unknown"],
                &["127.0.0.1"],
                "127.0.0.1",
            ),
            (
                "127.0.0.1",
                &["unknown, 10.0.0.2"],
                &["127.0.0.0/8", "10.0.0.2"],
                "10.0.0.2",
            ),
            (
                "127.0.0.1",
                &["203.0.113.9:4711"],
                &["127.0.0.1"],
                "203.0.113.9",
            ),
            ("::1", &["[2001:db8::1]:80"], &["::1/128"], "2001:db8::1"),
            (
                "::ffff:127.0.0.1",
                &["::ffff:192.0.2.1"],
                &["127.0.0.1"],
                "192.0.2.1",
            ),
        ] {
            assert_eq!(
                client(peer, forwarded, trusted),
                expected,
                "{peer} {forwarded:?} {trusted:?}"
            );
        }
    }

    #[test]
    fn limits_count_ipv6_by_its_64_bit_network() {
        let network = |address: &str| {
            let client = Client {
                address: address.parse().unwrap(),
                is_https: false,
            };
            client.network().to_string()
        };
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("192.0.2.1"), "192.0.2.1");
    }
}
