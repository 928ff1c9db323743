use crate::{Protocol, SocketAccess};

/// What a function of the kernel does with a socket.
pub(super) fn of_function(name: &str) -> Option<SocketAccess> {
    let name = name.strip_prefix("security_").unwrap_or(name);
    match name {
        "tcp_connect"
        | "tcp_v4_connect"
        | "tcp_v6_connect"
        | "socket_connect"
        | "ip4_datagram_connect"
        | "ip6_datagram_connect" => Some(SocketAccess::Connect),
        "inet_csk_listen_start" | "inet_listen" | "socket_listen" => Some(SocketAccess::Listen),
        "socket_bind" | "inet_bind" | "inet6_bind" | "__inet_bind" | "__inet6_bind" => {
            Some(SocketAccess::Bind)
        }
        "inet_csk_accept" | "socket_accept" | "inet_accept" => Some(SocketAccess::Accept),
        _ => None,
    }
}

/// By the names that logs give it, like `tcp`, `TCP` and `IPPROTO_TCP`.
pub(super) fn protocol(text: &str) -> Option<Protocol> {
    let name = text.rsplit('_').next().unwrap_or_default();
    [("tcp", Protocol::Tcp), ("udp", Protocol::Udp), ("sctp", Protocol::Sctp), ("icmp", Protocol::Icmp)]
        .into_iter()
        .find(|(own, _)| name.eq_ignore_ascii_case(own))
        .map(|(_, protocol)| protocol)
}
