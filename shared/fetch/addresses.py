"""Tell which addresses are public, in every notation and inside IPv6 addresses."""

import ipaddress

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# The only public IPv6 addresses (RFC 4291); all others are internal or unassigned.
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
# What a NAT64 gateway turns into the IPv4 address in the last four bytes (RFC 6052).
NAT64 = ipaddress.ip_network("64:ff9b::/96")
NOT_PUBLIC = (
    # Where Azure's machines ask about themselves, in the middle of a public range.
    ipaddress.ip_network("168.63.129.16/32"),
    # Not public (RFC 6890, RFC 9637), but older versions of Python take them for public. Oracle's
    # machines ask about themselves at 192.0.0.192.
    ipaddress.ip_network("192.0.0.0/24"),
    ipaddress.ip_network("3fff::/20"),
)


def is_public(address: IPAddress) -> bool:
    """Return whether an address can be reached by anyone on the internet."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = _wrapped_ipv4(address)
        if wrapped is not None:
            return is_public(wrapped)
        if address not in GLOBAL_UNICAST or address.teredo is not None:
            return False
    is_left_out = any(address in network for network in NOT_PUBLIC)
    return address.is_global and not address.is_multicast and not is_left_out


def _wrapped_ipv4(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in NAT64:
        return ipaddress.IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour
