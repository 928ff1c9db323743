use crate::{Object, Setting, pod_specs};

/// As whom the pods of an object run: what every workload of a workspace is compared by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunsAs {
    /// The ServiceAccounts of its pods, as far as they are known.
    pub service_accounts: Vec<String>,
    /// The users of the node that are set for its containers. A pod with a user namespace of its own has none.
    pub users: Vec<i64>,
}

impl RunsAs {
    /// Reads the pods of an object.
    pub fn of(object: &Object<'_>) -> Self {
        let mut runs_as = Self::default();
        for pod in pod_specs(object) {
            runs_as.service_accounts.extend(pod.service_account().map(str::to_owned));
            if matches!(pod.boolean(&["hostUsers"]), Setting::Set(false, _) | Setting::Unknown) {
                continue;
            }
            let of_pod = pod.security_integer(&["runAsUser"]);
            let of_containers = pod.containers().into_iter().filter_map(|container| {
                let own = container.security_integer(&["runAsUser"]);
                own.or(of_pod).known()
            });
            runs_as.users.extend(of_containers);
        }
        runs_as
    }
}
