//! Whether the rules together judge pods as Pod Security Admission does: its checks, one by one, in the cases that
//! are easily got wrong.

use crate::testing::unindent;
use crate::{
    Census, Context, Finding, KubernetesVersion, Persona, Plan, Profile, Settings, judge, profile_reached,
    prove,
};
use Profile::{Baseline, Privileged, Restricted};
use leastwise_manifest::{View, Workspace};
use leastwise_text::apply;

/// The strictest profile of that Kubernetes minor version that the one pod meets.
fn reached(minor: u32, pod: &str) -> Profile {
    let settings = Settings { kubernetes: KubernetesVersion::minor(minor), ..Settings::default() };
    let workspace = Workspace::default();
    let view = View::new(&workspace);
    let plan = Plan::all();
    let context = Context { settings: &settings, workspace: &view, plan: &plan };
    let stream = leastwise_yaml::parse(pod);
    let [placed] = stream.documents() else { panic!("one pod, please:\n{pod}") };
    let judgement = judge(&placed.document, &context);
    assert_eq!(judgement.panicked, []);
    assert_eq!(judgement.pods.len(), 1, "one pod, please:\n{pod}");
    profile_reached(&judgement.findings)
}

/// A pod that meets the restricted profile, but for what is put in: fields of the pod, of its `securityContext`, of
/// its container's `securityContext`, and more lists of containers. What is put in replaces what is there.
#[derive(Clone, Copy, Default)]
struct Pod<'p> {
    spec: &'p str,
    context: &'p str,
    container: &'p str,
}

/// Fields of a `securityContext` in flow style, those of `base` left out whose key `fields` brings.
fn overlay(base: &[(&str, &str)], fields: &str) -> String {
    let kept = base.iter().filter(|(key, _)| !fields.contains(&format!("{key}:")));
    let mut all: Vec<_> = kept.map(|(key, value)| format!("{key}: {value}")).collect();
    all.extend((!fields.is_empty()).then(|| fields.to_owned()));
    format!("{{{}}}", all.join(", "))
}

const CONTAINER: &[(&str, &str)] =
    &[("allowPrivilegeEscalation", "false"), ("capabilities", "{drop: [ALL]}")];

impl Pod<'_> {
    fn text(self) -> String {
        let context =
            overlay(&[("runAsNonRoot", "true"), ("seccompProfile", "{type: RuntimeDefault}")], self.context);
        let container = overlay(CONTAINER, self.container);
        let spec = if self.spec.is_empty() { String::new() } else { format!("  {}\n", self.spec) };
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n{spec}  securityContext: {context}\n  \
             containers:\n  - {{name: web, image: web, securityContext: {container}}}\n"
        )
    }

    fn reached(self) -> Profile {
        self.reached_in(KubernetesVersion::LATEST.minor)
    }

    fn reached_in(self, minor: u32) -> Profile {
        reached(minor, &self.text())
    }
}

fn context(context: &str) -> Pod<'_> {
    Pod { context, ..Pod::default() }
}

fn container(container: &str) -> Pod<'_> {
    Pod { container, ..Pod::default() }
}

#[test]
fn the_pod_that_the_others_are_made_of_meets_restricted_in_every_version() {
    for minor in 0..=KubernetesVersion::LATEST.minor {
        assert_eq!(Pod::default().reached_in(minor), Restricted, "1.{minor}");
    }
}

#[test]
fn a_pod_that_says_nothing_meets_baseline() {
    let pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {name: web, image: web}\n";
    assert_eq!(reached(37, pod), Baseline);
}

#[test]
fn run_as_non_root() {
    let and_web = |pod, web| Pod { context: pod, container: web, ..Pod::default() }.reached();
    assert_eq!(and_web("runAsNonRoot: null", ""), Baseline);
    assert_eq!(and_web("runAsNonRoot: null", "runAsNonRoot: true"), Restricted);
    assert_eq!(and_web("runAsNonRoot: true", "runAsNonRoot: false"), Baseline);
    assert_eq!(and_web("runAsNonRoot: false", "runAsNonRoot: true"), Baseline, "the pod's false counts");
    assert_eq!(and_web("runAsNonRoot: null, runAsUser: 1000", ""), Baseline, "a user is not the field");
}

#[test]
fn run_as_user() {
    assert_eq!(context("runAsUser: 0").reached(), Baseline);
    assert_eq!(container("runAsUser: 0").reached(), Baseline);
    let overridden = Pod { context: "runAsUser: 0", container: "runAsUser: 1000", ..Pod::default() };
    assert_eq!(overridden.reached(), Baseline, "the pod's 0 counts though nobody uses it");
    assert_eq!(container("runAsUser: 1").reached(), Restricted);
}

#[test]
fn seccomp() {
    let and_web = |pod, web| Pod { context: pod, container: web, ..Pod::default() }.reached();
    assert_eq!(and_web("seccompProfile: null", ""), Baseline);
    assert_eq!(and_web("seccompProfile: null", "seccompProfile: {type: Localhost}"), Restricted);
    assert_eq!(and_web("seccompProfile: {type: Localhost}", ""), Restricted);
    assert_eq!(and_web("seccompProfile: {type: Unconfined}", ""), Privileged);
    assert_eq!(and_web("", "seccompProfile: {type: Unconfined}"), Privileged);
    assert_eq!(
        and_web("seccompProfile: {type: Unconfined}", "seccompProfile: {type: RuntimeDefault}"),
        Privileged,
        "the pod's word counts though nobody uses it"
    );
}

#[test]
fn capabilities() {
    assert_eq!(container("capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}").reached(), Restricted);
    assert_eq!(container("capabilities: {drop: [ALL], add: [CHOWN]}").reached(), Baseline);
    assert_eq!(container("capabilities: {drop: [all]}").reached(), Baseline);
    assert_eq!(container("capabilities: {drop: [CAP_ALL]}").reached(), Baseline);
    assert_eq!(container("capabilities: {drop: [NET_RAW, ALL]}").reached(), Restricted);
    assert_eq!(container("capabilities: {drop: []}").reached(), Baseline);
    assert_eq!(container("capabilities: null").reached(), Baseline);
    for name in
        ["SYS_ADMIN", "SYS_MODULE", "NET_ADMIN", "NET_RAW", "ALL", "SYS_TIME", "CAP_CHOWN", "chown", "all"]
    {
        let capabilities = format!("capabilities: {{drop: [ALL], add: [{name}]}}");
        assert_eq!(container(&capabilities).reached(), Privileged, "{name}");
    }
}

#[test]
fn privileged_and_its_like() {
    assert_eq!(container("privileged: true").reached(), Privileged);
    assert_eq!(context("privileged: true").reached(), Restricted, "no such field");
    assert_eq!(container("allowPrivilegeEscalation: true").reached(), Baseline);
    assert_eq!(container("allowPrivilegeEscalation: null").reached(), Baseline);
    assert_eq!(container("readOnlyRootFilesystem: false").reached(), Restricted, "no profile asks for it");
    for of in [context, container] {
        assert_eq!(of("windowsOptions: {hostProcess: true}").reached(), Privileged);
        assert_eq!(of("windowsOptions: {hostProcess: false}").reached(), Restricted);
    }
}

#[test]
fn what_the_pod_shares_with_its_node() {
    let spec = |spec| Pod { spec, ..Pod::default() };
    for (fields, profile) in [
        ("hostNetwork: true", Privileged),
        ("hostPID: true", Privileged),
        ("hostIPC: true", Privileged),
        ("hostNetwork: false", Restricted),
        ("volumes: [{name: data, hostPath: {path: /data}}]", Privileged),
        ("volumes: [{name: data, nfs: {server: files, path: /}}]", Baseline),
        ("volumes: [{name: data, emptyDir: {}}, {name: image, image: {reference: web}}]", Restricted),
    ] {
        assert_eq!(spec(fields).reached(), profile, "{fields}");
    }
    let sysctl = |name| format!("sysctls: [{{name: {name}, value: '1'}}]");
    assert_eq!(context(&sysctl("kernel.msgmax")).reached(), Privileged);
    assert_eq!(context(&sysctl("kernel.shm_rmid_forced")).reached(), Restricted);
}

#[test]
fn host_ports_and_handlers_of_every_list() {
    let of = |list: &str, fields: &str| {
        let context = overlay(CONTAINER, "");
        let spec = format!("{list}: [{{name: other, image: other, securityContext: {context}, {fields}}}]");
        spec.replace("initContainers: [{", "initContainers: [{restartPolicy: Always, ")
    };
    for list in ["initContainers", "ephemeralContainers"] {
        for (fields, profile, minor) in [
            ("ports: [{containerPort: 80, hostPort: 80}]", Privileged, 37),
            ("ports: [{containerPort: 80, hostPort: 0}]", Restricted, 37),
            ("livenessProbe: {httpGet: {host: node, port: 80}}", Privileged, 34),
            ("livenessProbe: {httpGet: {host: node, port: 80}}", Restricted, 33),
            ("livenessProbe: {httpGet: {port: 80}}", Restricted, 34),
            ("lifecycle: {preStop: {tcpSocket: {host: node, port: 80}}}", Privileged, 34),
        ] {
            let pod = Pod { spec: &of(list, fields), ..Pod::default() };
            assert_eq!(pod.reached_in(minor), profile, "{list}: {fields} in 1.{minor}");
        }
    }
}

#[test]
fn app_armor_and_se_linux() {
    for of in [context, container] {
        assert_eq!(of("appArmorProfile: {type: Unconfined}").reached(), Privileged);
        assert_eq!(of("appArmorProfile: {type: Localhost, localhostProfile: web}").reached(), Restricted);
        assert_eq!(of("seLinuxOptions: {type: spc_t}").reached(), Privileged);
        assert_eq!(of("seLinuxOptions: {user: root}").reached(), Privileged);
        assert_eq!(of("seLinuxOptions: {role: sysadm_r}").reached(), Privileged);
        assert_eq!(
            of("seLinuxOptions: {type: container_t, level: s0, user: '', role: ''}").reached(),
            Restricted
        );
        assert_eq!(of("seLinuxOptions: {type: container_engine_t}").reached_in(31), Restricted);
        assert_eq!(of("seLinuxOptions: {type: container_engine_t}").reached_in(30), Privileged);
    }
    let annotated = |profile: &str| {
        let metadata = format!(
            "metadata: {{name: web, annotations: {{container.apparmor.security.beta.kubernetes.io/web: {profile}}}}}"
        );
        reached(37, &Pod::default().text().replace("metadata: {name: web}", &metadata))
    };
    assert_eq!(annotated("unconfined"), Privileged);
    assert_eq!(annotated("runtime/default"), Restricted);
    assert_eq!(annotated("localhost/web"), Restricted);
    assert_eq!(annotated("''"), Restricted);
}

#[test]
fn every_list_of_containers_counts() {
    for list in ["initContainers", "ephemeralContainers"] {
        let other = |fields: &str| {
            let context = overlay(CONTAINER, fields);
            let spec = format!("{list}: [{{name: other, image: other, securityContext: {context}}}]");
            Pod { spec: &spec, ..Pod::default() }.reached()
        };
        assert_eq!(other(""), Restricted, "{list}");
        for (fields, profile) in [
            ("privileged: true", Privileged),
            ("capabilities: {drop: [ALL], add: [SYS_ADMIN]}", Privileged),
            ("seccompProfile: {type: Unconfined}", Privileged),
            ("appArmorProfile: {type: Unconfined}", Privileged),
            ("seLinuxOptions: {type: spc_t}", Privileged),
            ("seLinuxOptions: {role: sysadm_r}", Privileged),
            ("procMount: Unmasked", Privileged),
            ("windowsOptions: {hostProcess: true}", Privileged),
            ("capabilities: {drop: [ALL], add: [CHOWN]}", Baseline),
            ("capabilities: {}", Baseline),
            ("allowPrivilegeEscalation: null", Baseline),
            ("runAsNonRoot: false", Baseline),
            ("runAsUser: 0", Baseline),
        ] {
            assert_eq!(other(fields), profile, "{list}: {fields}");
        }
    }
}

#[test]
fn one_container_of_several_without_its_own_word_counts() {
    let pod = |pod: &str, other: &str| {
        let other = overlay(CONTAINER, other);
        let spec = format!("initContainers: [{{name: init, image: init, securityContext: {other}}}]");
        let own = "runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}";
        Pod { spec: &spec, context: pod, container: own }.reached()
    };
    assert_eq!(pod("runAsNonRoot: null", ""), Baseline);
    assert_eq!(pod("runAsNonRoot: null", "runAsNonRoot: true"), Restricted);
    assert_eq!(pod("seccompProfile: null", ""), Baseline);
    assert_eq!(pod("seccompProfile: null", "seccompProfile: {type: Localhost}"), Restricted);
}

#[test]
fn windows_pods_need_not_say_what_windows_has_not() {
    let pod = |fields: &str| {
        unindent(&format!(
            "
            apiVersion: v1
            kind: Pod
            spec:
              os: {{name: windows}}
              securityContext: {{{fields}}}
              containers:
              - {{name: web, image: web}}
            "
        ))
    };
    assert_eq!(reached(37, &pod("runAsNonRoot: true")), Restricted);
    assert_eq!(reached(37, &pod("")), Baseline, "runAsNonRoot holds for Windows too");
    assert_eq!(reached(37, &pod("runAsNonRoot: true, windowsOptions: {hostProcess: true}")), Privileged);
    let linux = pod("runAsNonRoot: true").replace("windows", "linux");
    assert_eq!(reached(37, &linux), Baseline);
}

#[test]
fn a_user_namespace_makes_the_profiles_lenient_from_1_35_on() {
    let with = |users: &str, context: &str, container: &str, minor| {
        let spec = format!("hostUsers: {users}");
        Pod { spec: &spec, context, container }.reached_in(minor)
    };
    for (context, container) in [
        ("runAsNonRoot: null", ""),
        ("runAsNonRoot: false", ""),
        ("", "runAsNonRoot: false"),
        ("runAsUser: 0", ""), // and `runAsNonRoot: true`, which the kubelet refuses but no profile does
        ("", "runAsUser: 0"),
        ("runAsNonRoot: false, runAsUser: 0", ""),
    ] {
        assert_eq!(with("false", context, container, 35), Restricted, "{context} {container}");
        assert_eq!(with("false", context, container, 34), Baseline, "{context} {container}");
        assert_eq!(with("true", context, container, 35), Baseline, "{context} {container}");
    }
    assert_eq!(with("false", "", "procMount: Unmasked", 35), Baseline, "restricted never allows it");
    assert_eq!(with("true", "", "procMount: Unmasked", 35), Privileged);
    assert_eq!(with("false", "", "procMount: Unmasked", 34), Privileged);
    assert_eq!(with("false", "", "capabilities: {}", 35), Baseline, "the rest stays as it is");
    assert_eq!(with("false", "seccompProfile: {type: Unconfined}", "", 35), Privileged);
}

/// The pod after every fix that is offered for a finding of a profile, one after the other.
fn fixed(pod: &str) -> String {
    let workspace = Workspace::default();
    let view = View::new(&workspace);
    let plan = Plan::all();
    let context = Context { settings: &Settings::default(), workspace: &view, plan: &plan };
    // Some advice of the other personas is that a field be there which a fix takes away.
    let is_heard = |finding: &Finding| finding.rule.persona == Persona::Default;
    let mut text = pod.to_owned();
    loop {
        let stream = leastwise_yaml::parse(&text);
        let document = &stream.documents()[0].document;
        let judgement = judge(document, &context);
        let census = Census::of(&judgement);
        let mut of_a_profile = judgement.findings.iter().filter(|finding| finding.profile.is_some());
        let Some(offer) =
            of_a_profile.find_map(|finding| prove(document, &census, finding, &context, is_heard).ok())
        else {
            return text;
        };
        text = apply(&text, &offer.edits).unwrap();
    }
}

#[test]
fn fixes_one_after_the_other_lead_to_restricted() {
    let pod = unindent(
        "
        apiVersion: v1
        kind: Pod
        metadata:
          name: web
          annotations:
            container.apparmor.security.beta.kubernetes.io/web: unconfined
            example.org/team: shop
        spec:
          hostNetwork: true
          securityContext:
            runAsUser: 0
            runAsNonRoot: false
            seccompProfile: {type: Unconfined}
            appArmorProfile: {type: Unconfined}
            seLinuxOptions: {type: spc_t, role: sysadm_r, user: root}
          containers:
          - name: web # the shop
            ports: [{containerPort: 80, hostPort: 80}]
            securityContext:
              privileged: true
              runAsUser: 0
              procMount: Unmasked
              capabilities: {add: [ALL, CAP_SYS_ADMIN, NET_RAW, CHOWN], drop: [KILL]}
          - name: proxy
            securityContext:
              runAsNonRoot: true
              runAsUser: 0
              seccompProfile: {type: Unconfined}
          initContainers:
          - name: init
            securityContext: {runAsNonRoot: false, runAsUser: 0, capabilities: {drop: [all]}}
          ephemeralContainers:
          - name: debug
            securityContext: {runAsUser: 1000, allowPrivilegeEscalation: true}
        ",
    );
    let fixed = fixed(&pod);
    assert_eq!(reached(37, &fixed), Restricted, "{fixed}");
    assert!(
        fixed.contains("- name: web # the shop\n") && fixed.contains("example.org/team: shop\n"),
        "{fixed}"
    );
    assert!(fixed.contains("NET_BIND_SERVICE"), "port 80 is declared:\n{fixed}");
}
