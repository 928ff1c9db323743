//! How the API server, etcd, the kubelet and their kin are started.

crate::rule::family![];
