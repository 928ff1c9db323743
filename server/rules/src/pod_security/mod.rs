//! What a pod may do to its node and to itself: the Pod Security Standards, and what goes with them.

crate::rule::family![capability_sys_admin, host_network, privilege_escalation_allowed];

mod capabilities;
