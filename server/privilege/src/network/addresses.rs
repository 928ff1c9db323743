use super::intervals::Intervals;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A set of IP addresses, those of the two versions apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Addresses {
    pub(super) v4: Intervals,
    pub(super) v6: Intervals,
}

/// The version of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Version {
    V4,
    V6,
}

impl Version {
    pub(super) const ALL: [Self; 2] = [Self::V4, Self::V6];

    fn bits(self) -> u32 {
        match self {
            Self::V4 => 32,
            Self::V6 => 128,
        }
    }

    pub(super) fn last(self) -> u128 {
        u128::MAX >> (128 - self.bits())
    }

    fn address(self, number: u128) -> IpAddr {
        match self {
            // The number has no more bits.
            Self::V4 => Ipv4Addr::from(u32::try_from(number).unwrap_or(u32::MAX)).into(),
            Self::V6 => Ipv6Addr::from(number).into(),
        }
    }
}

/// An address as a number.
pub(super) fn number(address: IpAddr) -> (Version, u128) {
    match address {
        IpAddr::V4(address) => (Version::V4, u32::from(address).into()),
        // `::ffff:192.0.2.1` is an address of version 4.
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => (Version::V4, u32::from(mapped).into()),
            None => (Version::V6, address.into()),
        },
    }
}

impl Addresses {
    /// The addresses of a block like `10.0.0.0/8`. `None` where it is none. Bits after the prefix are of no account.
    pub(super) fn block(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let is_number = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
        let (version, number) = number(address.parse().ok()?);
        let length: u32 = length.parse().ok().filter(|length| is_number && *length <= version.bits())?;
        let free = version.bits() - length;
        let hosts = if free == 128 { u128::MAX } else { (1 << free) - 1 };
        let mut addresses = Self::default();
        *addresses.of_mut(version) = Intervals::between(number & !hosts, number | hosts);
        Some(addresses)
    }

    pub(super) fn of(&self, version: Version) -> &Intervals {
        match version {
            Version::V4 => &self.v4,
            Version::V6 => &self.v6,
        }
    }

    pub(super) fn of_mut(&mut self, version: Version) -> &mut Intervals {
        match version {
            Version::V4 => &mut self.v4,
            Version::V6 => &mut self.v6,
        }
    }

    pub(super) fn without(&self, other: &Self) -> Self {
        Self { v4: self.v4.without(&other.v4), v6: self.v6.without(&other.v6) }
    }

    /// The fewest blocks that make up the set, in order.
    pub(super) fn blocks(&self) -> Vec<String> {
        let mut blocks = Vec::new();
        for version in Version::ALL {
            for (mut first, last) in self.of(version).iter() {
                loop {
                    // The largest block that begins here and does not reach beyond the last.
                    let fitting = (last - first).checked_add(1).map_or(128, u128::ilog2);
                    let aligned = if first == 0 { version.bits() } else { first.trailing_zeros() };
                    let free = fitting.min(aligned).min(version.bits());
                    blocks.push(format!("{}/{}", version.address(first), version.bits() - free));
                    let size = if free == 128 { break } else { 1_u128 << free };
                    match first.checked_add(size) {
                        Some(next) if next <= last => first = next,
                        _ => break,
                    }
                }
            }
        }
        blocks
    }
}

#[cfg(test)]
mod tests {
    use super::Addresses;

    fn blocks(block: &str, except: &[&str]) -> Vec<String> {
        let mut addresses = Addresses::block(block).unwrap();
        for except in except {
            addresses = addresses.without(&Addresses::block(except).unwrap());
        }
        addresses.blocks()
    }

    #[test]
    fn blocks_are_written_as_few_as_they_are() {
        assert_eq!(blocks("0.0.0.0/0", &[]), ["0.0.0.0/0"]);
        assert_eq!(blocks("::/0", &[]), ["::/0"]);
        assert_eq!(blocks("10.1.2.3/8", &[]), ["10.0.0.0/8"], "bits of the host are of no account");
        assert_eq!(blocks("10.0.0.0/8", &["10.128.0.0/9"]), ["10.0.0.0/9"]);
        assert_eq!(blocks("10.0.0.0/30", &["10.0.0.1/32"]), ["10.0.0.0/32", "10.0.0.2/31"]);
        assert_eq!(blocks("255.255.255.254/31", &[]), ["255.255.255.254/31"]);
        assert_eq!(blocks("2001:db8::/126", &["2001:db8::3/128"]), ["2001:db8::/127", "2001:db8::2/128"]);
        assert_eq!(blocks("192.0.2.0/24", &["192.0.2.0/24"]), [""; 0]);
    }

    #[test]
    fn what_is_no_block() {
        for text in ["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/+8", "10.0.0.0/", "::/129", "any"] {
            assert_eq!(Addresses::block(text), None, "{text}");
        }
    }
}
