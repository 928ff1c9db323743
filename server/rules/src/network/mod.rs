//! Who may talk to whom.

crate::rule::family![];
