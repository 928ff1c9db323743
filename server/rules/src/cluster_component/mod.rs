//! Well-known components that need care of their own.

crate::rule::family![];
