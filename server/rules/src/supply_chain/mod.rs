//! Where images come from.

mod registries;

crate::rule::family![
    gatekeeper_repo_prefix_open,
    image_public_registry,
    image_pull_secret_missing,
    image_registry_frozen,
    image_registry_not_allowed,
    known_vulnerable_component_image,
];
