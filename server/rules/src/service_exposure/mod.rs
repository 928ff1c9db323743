//! What can be reached from outside.

crate::rule::family![];
