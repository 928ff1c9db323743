//! Where images come from.

crate::rule::family![];
