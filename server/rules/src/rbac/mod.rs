//! Who may do what through the API.

crate::rule::family![
    rbac_all_permissions,
    rbac_read_secrets,
    rbac_wildcard_api_group,
    rbac_wildcard_resource,
    rbac_wildcard_verb,
];

mod grants;
