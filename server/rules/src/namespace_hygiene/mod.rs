//! What a namespace admits.

crate::rule::family![namespace_pod_security_below_baseline, namespace_pod_security_below_restricted];

mod enforced_profile;
