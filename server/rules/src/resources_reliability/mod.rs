//! What a pod needs to run, and how it is told to be well.

crate::rule::family![];
