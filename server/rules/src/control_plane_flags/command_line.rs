//! The flags that a component is started with, and how to change them.
//!
//! `command` and `args` are one list. A flag is written `--flag=value`, or `--flag` `value` where it is no boolean. Of
//! repeated flags the last counts, except that lists grow. Where an item is hidden by a template, a flag that cannot
//! be seen is unknown and not missing. etcd reads variables named `ETCD_...` as well.

use super::component::{Component, Start, items, start};
use super::shell;
use super::shell::base_name;
use leastwise_manifest::Container;
use leastwise_yaml::{Emptied, Field, Kind, Literal, Node, Patch, Path};
use std::borrow::Cow;

/// How a flag takes its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// `--flag` alone means true, so the next item is none of its business.
    Boolean,
    /// It needs a value.
    Value,
}

/// A component's command line.
pub(super) struct CommandLine<'c, 'd> {
    /// What runs.
    pub(super) component: Component,
    /// Where.
    pub(super) container: &'c Container<'d>,
    words: Vec<Word<'d>>,
    /// There may be flags that cannot be seen.
    open: bool,
    in_script: bool,
}

struct Word<'d> {
    text: Cow<'d, str>,
    /// What comes after its `=` is hidden, or all of it where there is none.
    hidden: bool,
    path: Path,
}

/// One place where a flag is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Given<'w> {
    /// What it is set to; `None` where a template, the shell or a variable hides it.
    pub(super) value: Option<&'w str>,
    /// The item that holds the flag, or the variable's value.
    pub(super) path: Path,
    form: Form<'w>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form<'w> {
    /// `--flag=value`, or a boolean's `--flag`; with what stands before the value.
    Joined(&'w str),
    /// The value is an item of its own.
    Apart(Path),
    /// In a script, whose parts are no items.
    Script,
    /// In the environment.
    Variable,
}

/// What a flag says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Flag<'w> {
    /// This, and there.
    Set(&'w str, Given<'w>),
    /// It is not given.
    Absent,
    /// Nobody knows.
    Unknown,
}

/// What a list says: the values of all places where the flag is given.
pub(super) struct Listed<'w> {
    /// Each value with its place among [`Listed::given`].
    pub(super) values: Vec<(&'w str, usize)>,
    /// Where the flag is given.
    pub(super) given: Vec<Given<'w>>,
    /// There may be more.
    pub(super) open: bool,
}

impl<'c, 'd> CommandLine<'c, 'd> {
    /// The command line of `component`, if that is what the container runs.
    pub(super) fn of(container: &'c Container<'d>, component: Component) -> Option<Self> {
        let start = start(container, component)?;
        let in_script = matches!(start, Start::Script(..));
        let mut line = Self { component, container, words: Vec::new(), open: false, in_script };
        for (position, (key, item)) in items(container).enumerate() {
            let path = || container.path.key(key).index(item.index);
            match start {
                Start::After(first) if position == first => {
                    let text = item.value.as_text().unwrap_or_default();
                    let rest = text.split_whitespace().skip(1);
                    line.words.extend(rest.map(|word| Word {
                        text: word.into(),
                        hidden: false,
                        path: path(),
                    }));
                }
                Start::After(first) if position < first => {}
                Start::Script(script, _) if position < script => {}
                Start::Script(script, at) if position == script => {
                    let words = shell::arguments(item.value.as_text().unwrap_or_default(), at);
                    line.open |= words.iter().any(|word| word.expanded && !word.text.contains('='));
                    line.words.extend(words.into_iter().map(|word| Word {
                        text: word.text.into(),
                        hidden: word.expanded,
                        path: path(),
                    }));
                }
                // Parameters of the script, which it would have to expand.
                Start::Script(..) => {}
                Start::After(_) | Start::EntryPoint => line.push(item.value, path()),
            }
        }
        line.open |= !in_script && ["command", "args"].iter().any(|key| is_open(container.node.get(key)));
        line.cut();
        // A file takes the place of all other flags and of the environment (etcd, "Configuration options").
        if component == Component::Etcd && line.flag("config-file", Takes::Value) != Flag::Absent {
            return None;
        }
        Some(line)
    }

    fn push(&mut self, item: Node<'d>, path: Path) {
        if let Some(text) = item.as_text() {
            // Kubernetes puts the variable's value in.
            let hidden = text.contains("$(");
            self.open |= hidden && !text.contains('=');
            self.words.push(Word { text: text.into(), hidden, path });
            return;
        }
        // The literal part of `--flag={{ .Values.x }}` names the flag.
        let written = item.document().text(item.range()).trim_start_matches(['"', '\'']);
        let literal = written.find("{{").map_or("", |at| &written[..at]);
        self.open |= !(literal.starts_with('-') && literal.contains('='));
        self.words.push(Word { text: literal.into(), hidden: true, path });
    }

    /// After `--` there are no flags.
    fn cut(&mut self) {
        if let Some(end) = self.words.iter().position(|word| word.text == "--" && !word.hidden) {
            self.words.truncate(end);
        }
    }

    /// What a flag says; the last place counts.
    pub(super) fn flag(&self, name: &str, takes: Takes) -> Flag<'_> {
        match self.given(name, takes).pop() {
            Some(given) => given.value.map_or(Flag::Unknown, |value| Flag::Set(value, given.clone())),
            None if self.open || self.hides_variables() => Flag::Unknown,
            None => Flag::Absent,
        }
    }

    /// Whether a flag is given, or may be.
    pub(super) fn may_have(&self, name: &str) -> bool {
        !matches!(self.flag(name, Takes::Value), Flag::Absent)
    }

    /// What a list of values separated by commas says. Any of `names` adds to it.
    pub(super) fn list(&self, names: &[&str]) -> Listed<'_> {
        let given: Vec<_> = names.iter().flat_map(|name| self.given(name, Takes::Value)).collect();
        let open = self.open || given.iter().any(|given| given.value.is_none());
        let values = given.iter().enumerate().flat_map(|(at, given)| {
            let values = given.value.into_iter().flat_map(|value| value.split(','));
            values.map(str::trim).filter(|value| !value.is_empty()).map(move |value| (value, at))
        });
        Listed { values: values.collect(), open, given: given.clone() }
    }

    /// Every place where a flag is given, in order.
    pub(super) fn given(&self, name: &str, takes: Takes) -> Vec<Given<'_>> {
        let mut all = Vec::new();
        for (at, word) in self.words.iter().enumerate() {
            let Some(written) = self.flag_of(word) else { continue };
            let (flag, value) = match written.split_once('=') {
                Some((flag, value)) => (flag, Some(value)),
                None => (written, None),
            };
            if !self.is_name(flag, name) {
                continue;
            }
            let before = &word.text[..word.text.len() - value.map_or(0, |value| value.len() + 1)];
            let joined = if self.in_script { Form::Script } else { Form::Joined(before) };
            let (value, form) = match (value, takes) {
                (Some(value), _) => ((!word.hidden).then_some(value), joined),
                (None, Takes::Boolean) => (Some("true"), joined),
                (None, Takes::Value) => match self.words.get(at + 1) {
                    Some(next) if self.in_script => ((!next.hidden).then_some(&*next.text), Form::Script),
                    Some(next) => ((!next.hidden).then_some(&*next.text), Form::Apart(next.path.clone())),
                    None => (None, joined),
                },
            };
            all.push(Given { value, path: word.path.clone(), form });
        }
        if all.is_empty() {
            all.extend(self.variable(name));
        }
        all
    }

    /// What stands after the dashes.
    fn flag_of<'w>(&self, word: &'w Word<'d>) -> Option<&'w str> {
        let one = word.text.strip_prefix('-')?;
        match one.strip_prefix('-') {
            Some(two) => Some(two),
            // Go's own flags, which etcd uses, take one dash as well; those of Kubernetes' components do not.
            None => (self.component == Component::Etcd).then_some(one),
        }
    }

    /// Kubernetes' components take `_` for `-`.
    fn is_name(&self, flag: &str, name: &str) -> bool {
        flag == name
            || self.component != Component::Etcd
                && flag.len() == name.len()
                && flag
                    .bytes()
                    .zip(name.bytes())
                    .all(|(one, other)| one == other || one == b'_' && other == b'-')
    }

    /// etcd's variable for a flag: `ETCD_CERT_FILE` for `cert-file`.
    fn variable(&self, name: &str) -> Option<Given<'d>> {
        if self.component != Component::Etcd {
            return None;
        }
        let variable = format!("ETCD_{}", name.replace('-', "_").to_ascii_uppercase());
        let environment = self.container.node.get("env").value()?;
        let is_it = |node: Node<'d>| node.get("name").value().and_then(Node::as_str) == Some(&*variable);
        let item = environment.items().filter(|item| is_it(item.value)).last()?;
        let value =
            item.value.get("value").value().and_then(Node::as_text).filter(|text| !text.contains("$("));
        let path = self.container.path.key("env").index(item.index).key("value");
        Some(Given { value, path, form: Form::Variable })
    }

    /// Whether etcd may have variables that cannot be seen.
    fn hides_variables(&self) -> bool {
        let hides = |key| match self.container.node.get(key) {
            Field::Absent => false,
            Field::Present(entry) => {
                !entry.value.is_null()
                    && (entry.value.is_open() || !matches!(entry.value.kind(), Kind::Sequence))
            }
            Field::Unknown => true,
        };
        let from = || self.container.node.get("envFrom").value();
        self.component == Component::Etcd
            && (hides("env") || hides("envFrom") || from().is_some_and(|from| from.items().next().is_some()))
    }

    /// Where a missing flag is missed: past the end of `command`, or of `args` where the image has the command.
    pub(super) fn missing(&self) -> Path {
        self.end_of("command").or_else(|| self.end_of("args")).unwrap_or(self.container.path.key("command"))
    }

    fn end_of(&self, key: &str) -> Option<Path> {
        let list = self.container.node.get(key).value()?;
        let is_list = matches!(list.kind(), Kind::Sequence);
        is_list.then(|| self.container.path.key(key).index(list.items().count()))
    }

    /// Adds `--name=value` where the flags are. `None` in a script, and where there is no list to add to.
    pub(super) fn add(&self, name: &str, value: &str) -> Option<Vec<Patch>> {
        if self.in_script {
            return None;
        }
        let (last, _) = items(self.container).last()?;
        let path = self.end_of(last)?;
        Some(vec![Patch::Set { path, value: Literal::String(format!("--{name}={value}")) }])
    }

    /// Sets a flag to `value` where it is given last.
    pub(super) fn set(&self, given: &Given<'_>, value: &str) -> Option<Vec<Patch>> {
        let (path, value) = match &given.form {
            Form::Joined(before) => (given.path.clone(), format!("{before}={value}")),
            Form::Apart(path) => (path.clone(), value.to_owned()),
            Form::Variable => (given.path.clone(), value.to_owned()),
            Form::Script => return None,
        };
        // An item that holds the program's name as well.
        let is_own = self.words.iter().filter(|word| word.path == given.path).count() <= 1
            && self.program_item() != Some(&given.path);
        is_own.then(|| vec![Patch::Set { path, value: Literal::String(value) }])
    }

    /// Takes a flag away, everywhere it is given.
    pub(super) fn delete(&self, name: &str, takes: Takes) -> Option<Vec<Patch>> {
        let mut patches = Vec::new();
        for given in self.given(name, takes) {
            let path = match &given.form {
                Form::Script => return None,
                Form::Variable => given.path.parent()?,
                Form::Joined(_) | Form::Apart(_) => given.path.clone(),
            };
            patches.push(Patch::Remove { path, emptied: Emptied::Keep });
            if let Form::Apart(path) = given.form {
                patches.push(Patch::Remove { path, emptied: Emptied::Keep });
            }
        }
        Some(patches)
    }

    fn program_item(&self) -> Option<&Path> {
        let first = self.words.first()?;
        let item = self.container.node.document().at(&first.path)?;
        let text = item.as_text()?;
        let program = text.split_whitespace().next()?;
        (base_name(program) == self.component.program()).then_some(&first.path)
    }
}

/// Whether a list may hold more than can be seen.
fn is_open(list: Field<'_>) -> bool {
    match list {
        Field::Absent => false,
        Field::Present(entry) => {
            !entry.value.is_null() && (entry.value.is_open() || !matches!(entry.value.kind(), Kind::Sequence))
        }
        Field::Unknown => true,
    }
}

/// A boolean as Go reads it.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leastwise_manifest::{objects, pod_specs};

    /// What the flag says in a container: its value and the path of its place in the container.
    fn read(
        container: &str,
        component: Component,
        name: &str,
        takes: Takes,
    ) -> Result<Option<(String, String)>, ()> {
        let text = format!("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {container}\n");
        let stream = leastwise_yaml::parse(&text);
        let object = objects(&stream.documents()[0].document).remove(0);
        let container = pod_specs(&object)[0].containers().remove(0);
        let line = CommandLine::of(&container, component).ok_or(())?;
        match line.flag(name, takes) {
            Flag::Set(value, given) => {
                let place = given.path.relative_to(&container.path).unwrap();
                Ok(Some((value.to_owned(), place.to_string())))
            }
            Flag::Absent => Ok(None),
            Flag::Unknown => Err(()),
        }
    }

    fn set(value: &str, path: &str) -> Result<Option<(String, String)>, ()> {
        Ok(Some((value.to_owned(), path.to_owned())))
    }

    #[test]
    fn flags_are_read_in_every_form() {
        for (container, expected) in [
            ("{command: [kubelet, --node-ip=x]}", set("x", "command[1]")),
            ("{command: [kubelet], args: [--a, --node-ip=x]}", set("x", "args[1]")),
            ("{command: [kubelet], args: [--node-ip, x]}", set("x", "args[0]")),
            ("{command: [kubelet, --node-ip=x, --node_ip=y]}", set("y", "command[2]")),
            ("{command: [sh, -c, \"kubelet --node-ip=x\"]}", set("x", "command[2]")),
            ("{command: [kubelet --node-ip=x]}", set("x", "command[0]")),
            ("{image: kubelet, args: [--node-ip=x]}", set("x", "args[0]")),
            ("{command: [kubelet, --node-ip=]}", set("", "command[1]")),
            ("{command: [kubelet, -node-ip=x, --, --node-ip=y]}", Ok(None)),
            ("{command: [kubelet, --node-ip-x=x]}", Ok(None)),
            ("command:\n    - kubelet\n    - --other={{ .x }}", Ok(None)),
            ("command:\n    - kubelet\n    - {{ .x }}", Err(())),
            ("{command: [kubelet, \"--node-ip={{ .x }}\"]}", Err(())),
            ("{command: [kubelet, --node-ip=$(IP)]}", Err(())),
            ("{command: [kubelet, --node-ip, \"{{ .x }}\"]}", Err(())),
            ("{command: [kubelet, \"{{ .x }}\"]}", Err(())),
            ("{command: [kubelet], args: \"{{ .x }}\"}", Err(())),
            ("{command: [sh, -c, \"kubelet $FLAGS\"]}", Err(())),
            ("{command: [sh, -c, \"kubelet --a=$A\"]}", Ok(None)),
        ] {
            assert_eq!(read(container, Component::Kubelet, "node-ip", Takes::Value), expected, "{container}");
        }
    }

    #[test]
    fn a_boolean_without_a_value_is_true() {
        for (container, expected) in [
            ("{command: [kubelet, --anonymous-auth, \"false\"]}", set("true", "command[1]")),
            ("{command: [kubelet, --anonymous-auth=false]}", set("false", "command[1]")),
        ] {
            assert_eq!(
                read(container, Component::Kubelet, "anonymous-auth", Takes::Boolean),
                expected,
                "{container}"
            );
        }
    }

    #[test]
    fn etcd_reads_its_environment_and_one_dash() {
        let variable = "env: [{name: ETCD_CERT_FILE, value: /x}]";
        for (container, expected) in [
            (format!("{{command: [etcd], {variable}}}"), set("/x", "env[0].value")),
            (format!("{{command: [etcd, -cert-file=/y], {variable}}}"), set("/y", "command[1]")),
            ("{command: [etcd], envFrom: [{configMapRef: {name: x}}]}".to_owned(), Err(())),
            ("{command: [etcd], env: [{name: ETCD_CERT_FILE, valueFrom: {}}]}".to_owned(), Err(())),
            ("{command: [etcd, --config-file=/etc/etcd.yaml]}".to_owned(), Err(())),
            ("{command: [etcd], env: [{name: OTHER, value: /x}]}".to_owned(), Ok(None)),
        ] {
            assert_eq!(read(&container, Component::Etcd, "cert-file", Takes::Value), expected, "{container}");
        }
    }
}
