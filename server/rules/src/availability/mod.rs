//! What keeps running when something is taken away.

crate::rule::family![];
