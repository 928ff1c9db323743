//! How the API server, etcd, the kubelet and their kin are started.

crate::rule::family![
    apiserver_always_admit,
    apiserver_always_pull_images,
    apiserver_anonymous_auth,
    apiserver_audit_log_max_age,
    apiserver_audit_log_max_backup,
    apiserver_audit_log_max_size,
    apiserver_audit_log_path,
    apiserver_audit_policy_missing,
    apiserver_authorization_always_allow,
    apiserver_authorization_node_missing,
    apiserver_authorization_rbac_missing,
    apiserver_basic_auth_file,
    apiserver_client_ca,
    apiserver_encryption_config_missing,
    apiserver_etcd_ca,
    apiserver_etcd_client_cert,
    apiserver_event_rate_limit,
    apiserver_image_policy_webhook,
    apiserver_insecure_bind_address,
    apiserver_insecure_port,
    apiserver_kubelet_ca,
    apiserver_kubelet_client_cert,
    apiserver_kubelet_https,
    apiserver_namespace_lifecycle_off,
    apiserver_node_restriction_missing,
    apiserver_pod_security_policy_plugin,
    apiserver_request_timeout,
    apiserver_secure_port_zero,
    apiserver_security_context_deny,
    apiserver_service_account_key_file,
    apiserver_service_account_lookup_off,
    apiserver_service_account_plugin_off,
    apiserver_service_account_token_extension,
    apiserver_service_external_ips_allowed,
    apiserver_service_external_ips_denied,
    apiserver_tls_cert,
    apiserver_token_auth_file,
    apiserver_weak_ciphers,
    audit_policy_incomplete,
    component_bind_address,
    component_profiling_enabled,
    controller_manager_pod_gc,
    controller_manager_root_ca,
    controller_manager_service_account_key,
    controller_manager_shared_credentials,
    encryption_provider_weak,
    etcd_auto_tls,
    etcd_client_cert_auth,
    etcd_peer_auto_tls,
    etcd_peer_cert,
    etcd_peer_client_cert_auth,
    etcd_server_cert,
    etcd_shared_ca,
    kube_proxy_metrics_exposed,
    kubelet_anonymous_auth,
    kubelet_authorization_always_allow,
    kubelet_client_ca,
    kubelet_client_certificate_rotation_off,
    kubelet_event_rate,
    kubelet_hostname_override,
    kubelet_iptables_chains_off,
    kubelet_kernel_defaults_unprotected,
    kubelet_pod_pid_limit,
    kubelet_read_only_port,
    kubelet_server_certificate_rotation_off,
    kubelet_serving_cert,
    kubelet_streaming_timeout_off,
    kubelet_weak_ciphers,
];

mod boolean_flag;
mod command_line;
mod component;
mod configuration_field;
mod duration;
mod forbidden_flag;
mod listed_value;
mod number_flag;
mod required_flags;
mod shell;
mod tls_ciphers;
