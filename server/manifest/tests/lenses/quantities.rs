use crate::document;
use leastwise_manifest::{Quantity, Setting, quantity};
use proptest::prelude::*;

fn parse(text: &str) -> Quantity {
    Quantity::parse(text).unwrap_or_else(|| panic!("{text:?} is no quantity"))
}

#[test]
fn what_means_the_same_is_equal() {
    for (one, other) in [
        ("1", "1000m"),
        ("0.5", "500m"),
        (".5", "500m"),
        ("1.", "1"),
        ("+1", "1"),
        ("-0", "0"),
        ("007", "7"),
        ("1Ki", "1024"),
        ("1.5Gi", "1536Mi"),
        ("1Gi", "1073741824"),
        ("1G", "1e9"),
        ("1E", "1000P"),
        ("1E3", "1k"),
        ("1e+3", "1k"),
        ("1e-3", "1m"),
        ("1000n", "1u"),
        ("1.50", "1.5"),
        (" 1 ", "1"),
        // Finer parts are rounded away from zero.
        ("0.1n", "1n"),
        ("-0.1n", "-1n"),
        ("1.0000000001", "1000000001n"),
        ("1e-1000", "1n"),
        // 64 bits are the end.
        ("9Ei", "9223372036854775807"),
        ("1e25", "9223372036854775807"),
    ] {
        assert_eq!(parse(one), parse(other), "{one} and {other}");
    }
}

#[test]
fn what_means_less_is_less() {
    for (less, more) in
        [("999m", "1"), ("1M", "1Mi"), ("1000Mi", "1Gi"), ("-1", "0"), ("0", "1n"), ("1e3", "1Ki")]
    {
        assert!(parse(less) < parse(more), "{less} and {more}");
    }
}

#[test]
fn what_the_api_server_refuses_is_none() {
    for text in [
        "",
        " ",
        "-",
        ".",
        "1.2.3",
        "Gi",
        "1gi",
        "1GI",
        "1 Gi",
        "1K",
        "1e",
        "1e1.5",
        "1Gi2",
        "1mm",
        "two",
        "1e9999999999999999999",
    ] {
        assert_eq!(Quantity::parse(text), None, "{text:?}");
    }
}

#[test]
fn numbers_need_no_quotes_and_other_values_are_unknown() {
    let document = document(
        "
        whole: 2
        float: 0.1
        exponent: 1e3
        text: 100m
        nothing: ~
        boolean: yes
        word: much
        list: [1]
        template: {{ .Values.cpu }}
        ",
    );
    let read = |key| quantity(document.root(), &[key]);
    for (key, text) in [("whole", "2"), ("float", "100m"), ("exponent", "1k"), ("text", "100m")] {
        assert_eq!(read(key).known(), Some(parse(text)), "{key}");
    }
    assert!(matches!(read("nothing"), Setting::Unset) && matches!(read("absent"), Setting::Unset));
    for key in ["boolean", "word", "list", "template"] {
        assert!(read(key).is_unknown(), "{key}");
    }
}

#[test]
fn a_factor_is_exceeded_only_beyond_it() {
    assert!(!parse("250Mi").exceeds(2.5, parse("100Mi")));
    assert!(parse("251Mi").exceeds(2.5, parse("100Mi")));
    assert!(parse("1").exceeds(2.5, Quantity::ZERO));
}

/// Each suffix and how many of the next smaller one it is.
const STEPS: &[(&str, &str, i64)] = &[
    ("u", "n", 1000),
    ("m", "u", 1000),
    ("", "m", 1000),
    ("k", "", 1000),
    ("M", "k", 1000),
    ("G", "M", 1000),
    ("T", "G", 1000),
    ("Ki", "", 1024),
    ("Mi", "Ki", 1024),
    ("Gi", "Mi", 1024),
    ("Ti", "Gi", 1024),
];

proptest! {
    #[test]
    fn a_suffix_is_many_of_the_smaller_one(number in -100_000_i64..100_000, step in 0..STEPS.len()) {
        let (suffix, smaller, factor) = STEPS[step];
        prop_assert_eq!(parse(&format!("{number}{suffix}")), parse(&format!("{}{smaller}", number * factor)));
    }

    #[test]
    fn order_is_that_of_the_numbers(one in -1_000_000_i64..1_000_000, other in -1_000_000_i64..1_000_000, step in 0..STEPS.len()) {
        let (suffix, ..) = STEPS[step];
        let (left, right) = (parse(&format!("{one}{suffix}")), parse(&format!("{other}{suffix}")));
        prop_assert_eq!(left.cmp(&right), one.cmp(&other));
    }

    #[test]
    fn an_exponent_moves_the_point(number in 0_u32..1_000_000, places in 0_usize..9) {
        let digits = format!("{number:09}");
        let (whole, fraction) = digits.split_at(digits.len() - places);
        prop_assert_eq!(parse(&format!("{whole}.{fraction}")), parse(&format!("{number}e-{places}")));
    }

    #[test]
    fn no_text_makes_it_panic(text in "[-+]?[0-9.]{0,50}[eEinumkKMGTP0-9+-]{0,24}|.{0,12}") {
        let _ = Quantity::parse(&text);
    }
}
