//! `automountServiceAccountToken`: switched off where no container of the pod opened what is mounted with the token.

use super::coverage::covered;
use super::decision::{Decision, HIDDEN};
use super::file_family::Family;
use super::folders::{is_in, mounts};
use super::subject::Subject;
use crate::seen::shown;
use leastwise_evidence::{Act, Channel, Deed, FileUse, TOKEN_FOLDER};
use leastwise_manifest::ServiceAccount;
use leastwise_yaml::{Literal, Patch};

/// Where `/var/run` most often leads.
const LINKED: &str = "/run/secrets/kubernetes.io/serviceaccount";
/// What is mounted with the token.
const NAMES: [&str; 3] = ["ca.crt", "namespace", "token"];

pub(super) fn decide(subject: &Subject<'_, '_>) -> Result<Option<Decision>, String> {
    let setting = subject.pod.boolean(&["automountServiceAccountToken"]);
    if setting.is_unknown() {
        return Err(HIDDEN.to_owned());
    }
    let of_account = subject.pod.service_account().and_then(|name| inherited(subject, name));
    if setting.known().or(of_account) == Some(false) {
        return Ok(None);
    }
    let mut watched = Vec::new();
    for part in &subject.parts {
        let title = part.container.title();
        let so = |why: String| format!("{title}: {why}");
        watched.push(format!("{title}, {}", part.watched(Channel::Files).map_err(so)?));
        covered(part, Family::Opens).map_err(so)?;
        let has_own = mounts(part).map_err(so)?.iter().any(|mount| is_in(TOKEN_FOLDER, &mount.at));
        if has_own {
            return Err(so("a volume of its own is mounted in the token's place".to_owned()));
        }
    }
    let others = subject.others.iter().map(|(name, seen)| (name.as_str(), seen));
    let parts = subject.parts.iter().map(|part| (part.container.name().unwrap_or_default(), &part.seen));
    for (name, seen) in parts.chain(others) {
        let files = seen.acts.keys().filter_map(|Act { deed, .. }| match deed {
            Deed::File(file) => Some(file),
            _ => None,
        });
        if let Some(file) = files.into_iter().find(|file| touches(file)) {
            return Err(format!("container {name:?} opened {}", shown(&file.path)));
        }
    }
    if let Some(seen) = subject.requests() {
        return Err(format!("its pods made {seen} of the API server"));
    }
    let path = subject.pod.path.key("automountServiceAccountToken");
    let patch = Patch::Set { path: path.clone(), value: Literal::Boolean(false) };
    let because = format!("no container opened the token or what is mounted with it: {}", watched.join("; "));
    Ok(Some(Decision::exact("no token of the service account", because, path, vec![patch])))
}

/// What the service account says about its pods.
fn inherited(subject: &Subject<'_, '_>, name: &str) -> Option<bool> {
    let is_it = |account: &ServiceAccount<'_>| {
        account.object.name() == Some(name)
            && subject.manifests.home(&account.object) == Some(subject.namespace)
    };
    let objects = subject.manifests.objects();
    objects.iter().filter_map(ServiceAccount::of).find(is_it)?.automount_token().known()
}

/// Whether it is something of the folder of the token, or may be by a path that does not say where it begins.
fn touches(file: &FileUse) -> bool {
    let is_relative = !file.resolved && !file.path.starts_with('/');
    let last = file.path.rsplit('/').next().unwrap_or_default();
    is_in(&file.path, TOKEN_FOLDER) || is_in(&file.path, LINKED) || is_relative && NAMES.contains(&last)
}
