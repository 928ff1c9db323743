//! What fits nowhere else.

crate::rule::family![];
