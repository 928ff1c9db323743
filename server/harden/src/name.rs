//! Names that somebody else gives to what is made.

/// The longest, as labels of DNS may be.
const LONGEST: usize = 63;

/// Whether objects may be called so: a label of DNS, which every kind takes.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    let is_letter = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit();
    let is_name = name.len() <= LONGEST
        && name.starts_with(is_letter)
        && name.ends_with(is_letter)
        && name.chars().all(|char| is_letter(char) || char == '-');
    if is_name { Ok(()) } else { Err("its name is not made of small letters, digits and hyphens".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::check_name;

    #[test]
    fn a_name_is_a_label_of_dns() {
        let longest = "x".repeat(63);
        for name in ["a", "cart-reader", "2nd", longest.as_str()] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        let too_long = "x".repeat(64);
        for name in ["", "-a", "a-", "Cart", "a.b", "a/b", "a b", "\u{1b}", "ä", too_long.as_str()] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }
}
