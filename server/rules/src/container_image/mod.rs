//! Which image runs.

crate::rule::family![image_tag_latest];
