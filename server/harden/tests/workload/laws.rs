//! No broken field, ever: containers that do random things, watched by random tools from random moments on. Whatever the
//! refinement makes of the manifest, the container must still be able to do all that it truly did, seen or not. What a
//! manifest lets a container do is decided here anew, step by step, and not by the code under test.

use crate::support::{of_pod, record, refined_by};
use leastwise_harden::Options;
use proptest::prelude::{Strategy, any, prop, prop_oneof};
use proptest::strategy::{Just, ValueTree};
use proptest::test_runner::{Config, TestRunner};
use proptest::{prop_assert_eq, proptest};
use serde_yaml::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What the image has: folders, and files with their content.
const FOLDERS: [&str; 8] = ["/", "/tmp", "/srv", "/srv/sub", "/etc", "/data", "/proc/1", TOKEN];
const FILES: [&str; 5] = ["/srv/page", "/srv/sub/page", "/etc/web.conf", "/data/orders", "/tmp/seed"];
const TOKEN: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
const PATHS: [&str; 11] = [
    "/tmp/a",
    "/tmp/seed",
    "/tmp/b",
    "/srv/page",
    "/srv/new",
    "/srv/sub/page",
    "/srv/sub/new",
    "/etc/web.conf",
    "/data/orders",
    "/data/new",
    "/proc/1/x",
];
const USED: [&str; 3] = ["CHOWN", "KILL", "NET_ADMIN"];
const CALLS: [&str; 4] = ["keyctl", "mount", "socket", "userfaultfd"];
const EVERYDAY: &str = "called mmap close read futex";

/// One thing that a container truly does.
#[derive(Clone, Debug)]
enum Step {
    /// A further program: whether it changes to another user, and whether it gains privileges.
    Run {
        other_user: bool,
        gains: bool,
    },
    Use {
        capability: usize,
        audited: bool,
    },
    Call(usize),
    Read(usize),
    ReadToken,
    Write(usize),
    OpenOrCreate(usize),
    CreateAnew(usize),
    Remove(usize),
    Change(usize),
    MakeFolder(usize),
    Move(usize, usize),
    Device,
}

/// When a tool begins to listen.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Since {
    /// Before the container starts.
    Ever,
    /// From a step on.
    Step(usize),
    Never,
}

#[derive(Clone, Debug)]
struct Life {
    is_root: bool,
    is_privileged: bool,
    adds_net_admin: bool,
    steps: Vec<Step>,
    processes: Since,
    opens: Since,
    hooks: Since,
    checks: Since,
    calls: Since,
    shows_group: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let path = || 0..PATHS.len();
    prop_oneof![
        1 => (any::<bool>(), any::<bool>()).prop_map(|(other_user, gains)| Step::Run { other_user, gains }),
        1 => (0..USED.len(), any::<bool>()).prop_map(|(capability, audited)| Step::Use { capability, audited }),
        1 => (0..CALLS.len()).prop_map(Step::Call),
        2 => path().prop_map(Step::Read),
        1 => Just(Step::ReadToken),
        1 => path().prop_map(Step::Write),
        1 => path().prop_map(Step::OpenOrCreate),
        3 => path().prop_map(Step::CreateAnew),
        1 => path().prop_map(Step::Remove),
        1 => path().prop_map(Step::Change),
        1 => path().prop_map(Step::MakeFolder),
        1 => (path(), path()).prop_map(|(from, to)| Step::Move(from, to)),
        1 => Just(Step::Device),
    ]
}

fn since() -> impl Strategy<Value = Since> {
    prop_oneof![
        6 => Just(Since::Ever),
        1 => (0..4usize).prop_map(Since::Step),
        1 => Just(Since::Never),
    ]
}

fn life() -> impl Strategy<Value = Life> {
    let manifest = (any::<bool>(), prop::bool::weighted(0.2), any::<bool>());
    let tools = (since(), since(), since(), since(), since(), any::<bool>());
    (manifest, prop::collection::vec(step(), 0..6), tools).prop_map(|(manifest, steps, tools)| Life {
        is_root: manifest.0,
        is_privileged: manifest.1,
        adds_net_admin: manifest.2,
        steps,
        processes: tools.0,
        opens: tools.1,
        hooks: tools.2,
        checks: tools.3,
        calls: tools.4,
        shows_group: tools.5,
    })
}

impl Life {
    fn manifest(&self) -> String {
        let mut fields = String::new();
        if self.is_privileged || self.adds_net_admin {
            fields.push_str("securityContext:\n");
        }
        if self.is_privileged {
            fields.push_str("  privileged: true\n");
        }
        if self.adds_net_admin {
            fields.push_str("  capabilities: {add: [NET_ADMIN]}\n");
        }
        fields.push_str("volumeMounts:\n  - {name: data, mountPath: /data}\n");
        of_pod("volumes:\n  - name: data\n    persistentVolumeClaim: {claimName: data}", &fields)
    }

    fn user(&self) -> u32 {
        if self.is_root { 0 } else { 1000 }
    }

    /// Whether a step can be taken with the manifest as it is; others are left out of the life.
    fn is_possible(&self, step: &Step) -> bool {
        match step {
            Step::Run { other_user, .. } => self.is_root || !other_user,
            Step::Use { capability, .. } => {
                let is_granted =
                    USED[*capability] != "NET_ADMIN" || self.adds_net_admin || self.is_privileged;
                self.is_root && is_granted
            }
            Step::Call(call) => CALLS[*call] != "mount" || self.is_root && self.is_privileged,
            Step::Device => self.is_privileged && self.is_root,
            _ => true,
        }
    }

    /// What the tools write, one thing a line.
    fn events(&self) -> String {
        let mut lines = vec!["no-neighbour".to_owned()];
        let mut side = |tool: Since, text: &[&str]| {
            if tool == Since::Ever {
                lines.extend(text.iter().map(|line| format!("web-0/side: {line}")));
            }
        };
        side(self.processes, &["ran /bin/side uid 0"]);
        side(self.opens, &["read /side"]);
        let hooks = ["removed /a", "changed /a", "made /a", "cut /a", "moved /a /b", "linked /a /b"];
        side(self.hooks, &hooks);
        side(self.checks, &["granted CHOWN"]);
        side(self.calls, &[EVERYDAY]);
        let show = |tool: Since, at: usize, line: String, lines: &mut Vec<String>| {
            let is_heard = match tool {
                Since::Ever => true,
                Since::Step(step) => at > step,
                Since::Never => false,
            };
            if is_heard {
                lines.push(line);
            }
        };
        let held = match (self.is_root, self.adds_net_admin) {
            (false, _) => "no-caps",
            (true, false) => "caps CHOWN,KILL",
            (true, true) => "caps CHOWN,KILL,NET_ADMIN",
        };
        let run = |uid: u32, how: &str| {
            let group = if self.shows_group { format!(" gid {uid}") } else { String::new() };
            format!("ran /bin/web uid {uid}{group} {held}{how}")
        };
        show(self.processes, 0, run(self.user(), ""), &mut lines);
        show(self.calls, 0, EVERYDAY.to_owned(), &mut lines);
        show(self.opens, 0, "read /etc/web.conf".to_owned(), &mut lines);
        show(self.calls, 0, "called openat".to_owned(), &mut lines);
        let mut files = Files::new(&[]);
        for (at, step) in self.steps.iter().enumerate().filter(|(_, step)| self.is_possible(step)) {
            let at = at + 1;
            let failed = !matches!(
                step,
                Step::Run { .. } | Step::Use { .. } | Step::Call(_) | Step::Device | Step::ReadToken
            ) && files.take(step, at, None).is_err();
            // What does not come off is no need; tools say that it failed, so that it is left out here.
            if failed {
                continue;
            }
            let path = |path: &usize| PATHS[*path];
            let opens = matches!(
                step,
                Step::Read(_)
                    | Step::ReadToken
                    | Step::Write(_)
                    | Step::OpenOrCreate(_)
                    | Step::CreateAnew(_)
                    | Step::Device
            );
            if opens {
                show(self.calls, at, "called openat".to_owned(), &mut lines);
            }
            match step {
                Step::Run { other_user, gains } => {
                    let uid = if *other_user { 33 } else { self.user() };
                    show(
                        self.processes,
                        at,
                        run(uid, if *gains { " later gained" } else { " later" }),
                        &mut lines,
                    );
                }
                Step::Use { capability, audited } => {
                    let verb = if *audited { "granted" } else { "looked-for" };
                    show(self.checks, at, format!("{verb} {}", USED[*capability]), &mut lines);
                }
                Step::Call(call) => show(self.calls, at, format!("called {}", CALLS[*call]), &mut lines),
                Step::Read(one) => show(self.opens, at, format!("read {}", path(one)), &mut lines),
                Step::ReadToken => show(self.opens, at, format!("read {TOKEN}/token"), &mut lines),
                Step::Write(one) => show(self.opens, at, format!("wrote {}", path(one)), &mut lines),
                Step::OpenOrCreate(one) => {
                    show(self.opens, at, format!("opened-or-created {}", path(one)), &mut lines)
                }
                Step::CreateAnew(one) => show(self.opens, at, format!("created {}", path(one)), &mut lines),
                Step::Device => show(self.opens, at, "wrote /dev/sda".to_owned(), &mut lines),
                Step::Remove(one) => {
                    show(self.hooks, at, format!("removed {}", path(one)), &mut lines);
                    show(self.calls, at, "called unlink".to_owned(), &mut lines);
                }
                Step::Change(one) => {
                    show(self.hooks, at, format!("changed {}", path(one)), &mut lines);
                    show(self.calls, at, "called chown".to_owned(), &mut lines);
                }
                Step::MakeFolder(one) => {
                    show(self.hooks, at, format!("made {}", path(one)), &mut lines);
                    show(self.calls, at, "called mkdir".to_owned(), &mut lines);
                }
                Step::Move(from, to) => {
                    show(self.hooks, at, format!("moved {} {}", path(from), path(to)), &mut lines);
                    show(self.calls, at, "called rename".to_owned(), &mut lines);
                }
            }
        }
        lines.join("\n")
    }
}

/// The files of a container: of each path what lies there, and who wrote it. Content is the number of the step.
struct Files {
    /// `None` is a folder.
    nodes: BTreeMap<String, Option<usize>>,
    /// File systems of their own.
    volumes: Vec<String>,
}

impl Files {
    /// The image, with empty volumes over it.
    fn new(empty: &[String]) -> Self {
        let files = FILES.iter().map(|path| ((*path).to_owned(), Some(0)));
        let folders = FOLDERS.iter().map(|path| ((*path).to_owned(), None));
        let mut nodes: BTreeMap<_, _> = folders.chain(files).collect();
        nodes.retain(|path, _| !empty.iter().any(|volume| path.starts_with(&format!("{volume}/"))));
        nodes.extend(empty.iter().map(|volume| (volume.clone(), None)));
        let volumes = ["/data", "/proc"].iter().map(|path| (*path).to_owned()).chain(empty.iter().cloned());
        Self { nodes, volumes: volumes.collect() }
    }

    fn volume(&self, path: &str) -> &str {
        let own = self.volumes.iter().filter(|volume| path.starts_with(&format!("{volume}/")));
        own.max_by_key(|volume| volume.len()).map_or("/", String::as_str)
    }

    /// Does it, and says what was read or overwritten; an error where it fails. `read_only` says which file systems are.
    fn take(
        &mut self,
        step: &Step,
        at: usize,
        read_only: Option<&BTreeSet<String>>,
    ) -> Result<Option<usize>, String> {
        let path = |index: usize| PATHS[index].to_owned();
        let parent_of = |path: &str| match path.rsplit_once('/') {
            Some(("", _)) | None => "/".to_owned(),
            Some((parent, _)) => parent.to_owned(),
        };
        let writable = |files: &Self, path: &str| match read_only {
            Some(read_only) if read_only.contains(files.volume(path)) => Err(format!("{path} is read-only")),
            _ => Ok(()),
        };
        let is_folder = |files: &Self, path: &str| files.nodes.get(path) == Some(&None);
        let room = |files: &Self, path: &str| {
            if is_folder(files, &parent_of(path)) { Ok(()) } else { Err(format!("nowhere to put {path}")) }
        };
        let there = |files: &Self, path: &str| match files.nodes.get(path) {
            Some(Some(content)) => Ok(Some(*content)),
            _ => Err(format!("{path} is not there")),
        };
        match step {
            Step::Read(one) => there(self, &path(*one)),
            Step::Write(one) => {
                writable(self, &path(*one))?;
                let before = there(self, &path(*one))?;
                self.nodes.insert(path(*one), Some(at));
                Ok(before)
            }
            Step::OpenOrCreate(one) => {
                let path = path(*one);
                writable(self, &path)?;
                room(self, &path)?;
                match self.nodes.get(&path) {
                    Some(None) => Err(format!("{path} is a folder")),
                    Some(Some(content)) => Ok(Some(*content)),
                    None => {
                        self.nodes.insert(path, Some(at));
                        Ok(None)
                    }
                }
            }
            Step::CreateAnew(one) | Step::MakeFolder(one) => {
                let path = path(*one);
                writable(self, &path)?;
                room(self, &path)?;
                if self.nodes.contains_key(&path) {
                    return Err(format!("{path} is there"));
                }
                let content = matches!(step, Step::CreateAnew(_)).then_some(at);
                self.nodes.insert(path, content);
                Ok(None)
            }
            Step::Remove(one) => {
                writable(self, &path(*one))?;
                there(self, &path(*one))?;
                Ok(self.nodes.remove(&path(*one)).flatten())
            }
            Step::Change(one) => {
                writable(self, &path(*one))?;
                there(self, &path(*one))
            }
            Step::Move(from, to) => {
                let (from, to) = (path(*from), path(*to));
                writable(self, &from)?;
                writable(self, &to)?;
                there(self, &from)?;
                room(self, &to)?;
                if is_folder(self, &to) {
                    return Err(format!("{to} is a folder"));
                }
                if self.volume(&from) != self.volume(&to) {
                    return Err(format!("{from} and {to} are on different file systems"));
                }
                let content = self.nodes.remove(&from).flatten();
                self.nodes.insert(to, content);
                Ok(content)
            }
            _ => Ok(None),
        }
    }
}

/// What a manifest says, read with nothing of Leastwise.
struct Said {
    pod: Value,
    container: Value,
}

impl Said {
    fn read(text: &str) -> Self {
        let value: Value = serde_yaml::from_str(text).unwrap();
        let pod = value["spec"]["template"]["spec"].clone();
        Self { container: pod["containers"][0].clone(), pod }
    }

    fn security(&self, key: &str) -> &Value {
        &self.container["securityContext"][key]
    }

    fn is_privileged(&self) -> bool {
        self.security("privileged").as_bool() == Some(true)
    }

    fn grants(&self, capability: &str) -> bool {
        let list = |key: &str| -> Vec<&str> {
            let list = self.security("capabilities")[key].as_sequence();
            list.into_iter().flatten().filter_map(Value::as_str).collect()
        };
        let by_default = ["CHOWN", "KILL"].contains(&capability) && !list("drop").contains(&"ALL");
        self.is_privileged()
            || list("add").contains(&capability)
            || by_default && !list("drop").contains(&capability)
    }

    fn mounts(&self) -> Vec<(String, bool, bool)> {
        let of = |mount: &Value| {
            let volumes = self.pod["volumes"].as_sequence().unwrap();
            let volume = volumes.iter().find(|volume| volume["name"] == mount["name"]).unwrap();
            let path = mount["mountPath"].as_str().unwrap().to_owned();
            (path, mount["readOnly"].as_bool() == Some(true), !volume["emptyDir"].is_null())
        };
        self.container["volumeMounts"].as_sequence().into_iter().flatten().map(of).collect()
    }
}

/// The first thing in a life that the manifest does not let happen as it happened.
fn broken(life: &Life, text: &str) -> Option<String> {
    let said = Said::read(text);
    let first = said.security("runAsUser").as_i64();
    if first.is_some_and(|uid| uid != i64::from(life.user())) {
        return Some("it runs as another user".to_owned());
    }
    if said.security("runAsGroup").as_i64().is_some_and(|gid| gid != i64::from(life.user())) {
        return Some("it runs in another group".to_owned());
    }
    if said.security("runAsNonRoot").as_bool() == Some(true) && (life.is_root || first.is_none()) {
        return Some("it does not start".to_owned());
    }
    let mounts = said.mounts();
    let mut read_only: BTreeSet<String> =
        mounts.iter().filter(|(_, is_read_only, _)| *is_read_only).map(|(path, ..)| path.clone()).collect();
    if said.security("readOnlyRootFilesystem").as_bool() == Some(true) {
        read_only.insert("/".to_owned());
    }
    let empty: Vec<String> =
        mounts.into_iter().filter(|(.., is_empty)| *is_empty).map(|(path, ..)| path).collect();
    let (mut before, mut after) = (Files::new(&[]), Files::new(&empty));
    let confined = said.security("seccompProfile")["type"].as_str() == Some("RuntimeDefault");
    for (at, step) in life.steps.iter().enumerate().filter(|(_, step)| life.is_possible(step)) {
        let at = at + 1;
        let fails = match step {
            Step::Run { gains, .. } => {
                *gains && said.security("allowPrivilegeEscalation").as_bool() == Some(false)
            }
            Step::Use { capability, audited } => *audited && !said.grants(USED[*capability]),
            Step::Call(call) => {
                let name = CALLS[*call];
                let is_let_through = name == "socket" || name == "mount" && said.grants("SYS_ADMIN");
                confined && !said.is_privileged() && !is_let_through
                    || name == "mount" && !said.grants("SYS_ADMIN")
            }
            Step::ReadToken => said.pod["automountServiceAccountToken"].as_bool() == Some(false),
            Step::Device => !said.is_privileged(),
            file => {
                let was = before.take(file, at, None);
                was.is_ok() && after.take(file, at, Some(&read_only)) != was
            }
        };
        if fails {
            return Some(format!("step {at} fails: {step:?}"));
        }
    }
    None
}

proptest! {
    #![proptest_config(Config { cases: 400, ..Config::default() })]

    #[test]
    fn no_field_is_ever_broken(life in life()) {
        let manifest = life.manifest();
        prop_assert_eq!(broken(&life, &manifest), None, "of what is there:\n{}", manifest);
        let record = record(&life.events());
        let after = refined_by(&manifest, &record, &Options::default());
        prop_assert_eq!(broken(&life, &after.text), None, "{}\n{}", life.events(), after.text);
        let again = refined_by(&after.text, &record, &Options::default());
        prop_assert_eq!(again.text, after.text, "refined again, after {}", life.events());
    }
}

#[test]
fn a_broken_manifest_is_told() {
    let life = Life {
        is_root: false,
        is_privileged: false,
        adds_net_admin: false,
        steps: vec![Step::Read(3)],
        processes: Since::Ever,
        opens: Since::Ever,
        hooks: Since::Ever,
        checks: Since::Ever,
        calls: Since::Ever,
        shows_group: true,
    };
    let hidden = life
        .manifest()
        .replace("mountPath: /data}", "mountPath: /data}\n            - {name: e, mountPath: /srv}");
    let hidden = hidden.replace("      volumes:\n", "      volumes:\n        - {name: e, emptyDir: {}}\n");
    assert_eq!(broken(&life, &hidden).as_deref(), Some("step 1 fails: Read(3)"));
}

/// Of the fields that could be tightened without breaking anything, those that were. Run it with `--ignored --nocapture`.
#[test]
#[ignore = "a figure, not a check"]
fn the_share_of_tight_fields() {
    const FIELDS: [(&str, &str); 5] = [
        ("allowPrivilegeEscalation", "            allowPrivilegeEscalation: false\n"),
        ("readOnlyRootFilesystem", "            readOnlyRootFilesystem: true\n"),
        ("capabilities", "            capabilities: {drop: [ALL]}\n"),
        ("seccompProfile", "            seccompProfile: {type: RuntimeDefault}\n"),
        (
            "runAsUser",
            "            runAsUser: 1000\n            runAsGroup: 1000\n            runAsNonRoot: true\n",
        ),
    ];
    let mut runner = TestRunner::deterministic();
    let mut counts: BTreeMap<(&str, &str), (usize, usize)> = BTreeMap::new();
    for _ in 0..2000 {
        let mut life = life().new_tree(&mut runner).unwrap().current();
        (life.is_privileged, life.adds_net_admin) = (false, false);
        let mut full = life.clone();
        for tool in [&mut full.processes, &mut full.opens, &mut full.hooks, &mut full.checks, &mut full.calls]
        {
            *tool = Since::Ever;
        }
        full.shows_group = true;
        for (how, life) in [("watched by all tools from the start", &full), ("watched by chance", &life)] {
            let manifest = life.manifest();
            let after = refined_by(&manifest, &record(&life.events()), &Options::default());
            for (field, tight) in FIELDS {
                let tightened = manifest.replace(
                    "          image:",
                    &format!("          securityContext:\n{tight}          image:"),
                );
                if broken(life, &tightened).is_none() {
                    let (done, possible) = counts.entry((how, field)).or_default();
                    *possible += 1;
                    let said = Said::read(&after.text);
                    let is_done = match field {
                        "capabilities" => !said.grants("CHOWN") && !said.grants("KILL"),
                        field => said.security(field) == Said::read(&tightened).security(field),
                    };
                    *done += usize::from(is_done);
                }
            }
        }
    }
    for ((how, field), (done, possible)) in counts {
        println!("{how}: {field} {done} of {possible} ({:.1} %)", 100.0 * done as f64 / possible as f64);
    }
}
