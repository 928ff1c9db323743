use super::level::{levels, titles};
use crate::finding::{Fix, Report};
use crate::rule::{Check, rule};
use crate::{Checker::*, Family, FixKind, Persona, Severity};
use leastwise_manifest::{Container, PodSpec, Setting};
use leastwise_yaml::{Patch, Path};

rule! {
    /// A container for Windows does not say which user it runs as.
    ///
    /// ## Why
    /// The image then chooses, and many images for Windows run as `ContainerAdministrator`, who may change
    /// everything inside the container. `ContainerUser` may not. The parameter `windowsUser` makes the rule insist
    /// on one name.
    ///
    /// ## Avoid
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   os: {name: windows}
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: web}
    /// spec:
    ///   os: {name: windows}
    ///   securityContext:
    ///     windowsOptions: {runAsUserName: ContainerUser}
    ///   containers:
    ///   - name: web
    ///     image: web:1.2
    /// ```
    ///
    /// ## Fix
    /// `runAsUserName: ContainerUser` for the pod, or the user of the parameter `windowsUser`; not for HostProcess
    /// containers, which run as users of the node. Nobody knows the user of the image, so the change cannot be proved to
    /// take privilege away: it is named, and left to people.
    ///
    /// ## When it is fine
    /// Programs that install services or change the system of their container.
    ///
    /// ## References
    /// - [Configure RunAsUserName for Windows pods and containers](https://kubernetes.io/docs/tasks/configure-pod-container/configure-runasusername/)
    id: "windows-user-not-set",
    title: "Windows container does not pin its user",
    severity: Severity::Hint,
    family: Family::PodSecurity,
    persona: Persona::Pedantic,
    fix: FixKind::Behavioural,
    fields: &[
        "P.securityContext.windowsOptions.runAsUserName",
        "C[*].securityContext.windowsOptions.runAsUserName",
    ],
    also: &[(Kubescape, "C-0211"), (Kyverno, "require-run-as-containeruser")],
    check: Check::Pod(check),
}

const USER: &[&str] = &["windowsOptions", "runAsUserName"];
const HOST_PROCESS: &[&str] = &["windowsOptions", "hostProcess"];

fn check(pod: &PodSpec<'_>, report: &mut Report<'_, '_>) {
    let is_chosen = || pod.string(&["nodeSelector", "kubernetes.io/os"]).known() == Some("windows");
    if pod.is_windows() != Some(true) && !is_chosen() {
        return;
    }
    let wanted = report.context().settings.parameters.windows_user.as_deref();
    let containers = pod.containers();
    let is_host_process = levels(pod, &containers)
        .any(|level| !matches!(level.boolean(HOST_PROCESS), Setting::Set(false, _) | Setting::Unset));
    let mut find = |path: Path, target: Path, message: String| {
        let found = report.find(path, message);
        if !is_host_process {
            let user = wanted.unwrap_or("ContainerUser");
            let set = Patch::Set { path: target, value: user.into() };
            found.fix(Fix::behavioural(format!("Set runAsUserName: {user}"), [set]));
        }
    };
    for level in levels(pod, &containers) {
        if let (Setting::Set(user, _), Some(wanted)) = (level.string(USER), wanted)
            && user != wanted
        {
            let message = format!("the user of {} is {user} and not {wanted}", level.title());
            find(level.path(USER), level.path(USER), message);
        }
    }
    let lacks = |container: &&Container<'_>| container.security_string(USER).is_unset();
    let lacking: Vec<_> = containers.iter().filter(lacks).collect();
    if pod.security_string(USER).is_unset() && !lacking.is_empty() {
        let path = pod.security_path(USER);
        find(path.clone(), path, format!("the image chooses the user of {}", titles(&lacking)));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, check_no_fix, check_silent, check_with, find};
    use crate::{Parameters, Settings};

    #[test]
    fn it_is_found_on_the_nearest_key_of_the_pod() {
        check(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
            ^^^^ The image chooses the user of container \"web\"
              os: {name: windows}
              containers:
              - name: web
              - name: proxy
                securityContext: {windowsOptions: {runAsUserName: ContainerUser}}
            ---
            apiVersion: v1
            kind: Pod
            spec:
              nodeSelector: {kubernetes.io/os: windows}
              securityContext:
              ^^^^^^^^^^^^^^^ container \"web\"
                runAsNonRoot: true
              containers:
              - name: web
            ",
        );
    }

    #[test]
    fn a_site_may_insist_on_one_user() {
        let parameters =
            Parameters { windows_user: Some("ContainerUser".to_owned()), ..Parameters::default() };
        check_with(
            &RULE,
            &Settings { parameters, ..Settings::default() },
            "
            apiVersion: v1
            kind: Pod
            spec:
              os: {name: windows}
              securityContext: {windowsOptions: {runAsUserName: ContainerUser}}
              containers:
              - name: web
                securityContext: {windowsOptions: {runAsUserName: ContainerAdministrator}}
                                                                  ^^^^^^^^^^^^^^^^^^^^^^ is ContainerAdministrator and not
            ",
        );
    }

    #[test]
    fn named_users_linux_and_templates_are_fine() {
        for (os, user) in [
            ("windows", "ContainerAdministrator"),
            ("windows", "\"{{ .Values.user }}\""),
            ("linux", "null"),
            ("\"{{ .Values.os }}\"", "null"),
        ] {
            check_silent(
                &RULE,
                &format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  os: {{name: {os}}}\n  securityContext: \
                     {{windowsOptions: {{runAsUserName: {user}}}}}\n  containers: [{{name: web}}]\n"
                ),
            );
        }
    }

    #[test]
    fn the_fix_names_the_user_unless_it_is_a_process_of_the_node() {
        let text = "apiVersion: v1\nkind: Pod\nspec: {os: {name: windows}, containers: [{name: web}]}\n";
        let found = find(&RULE, &Settings::default(), text);
        let title = found[0].1.fix.as_ref().map(|fix| fix.title.as_str());
        assert_eq!(title, Some("Set runAsUserName: ContainerUser"));
        check_no_fix(
            &RULE,
            "
            apiVersion: v1
            kind: Pod
            spec:
              os: {name: windows}
              securityContext: {windowsOptions: {hostProcess: true}}
              containers: [{name: web}]
            ",
        );
    }
}
