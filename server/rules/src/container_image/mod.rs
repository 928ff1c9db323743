//! Which image runs.

crate::rule::family![
    image_digest_missing,
    image_pull_policy_not_always,
    image_tag_latest,
    latest_image_not_repulled,
];
