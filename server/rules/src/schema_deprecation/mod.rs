//! What the API server would refuse, drop or soon no longer know.

crate::rule::family![];
