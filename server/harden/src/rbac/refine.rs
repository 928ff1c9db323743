use super::generated_names::Passing;
use super::hidden_checks::{Askers, HIDDEN_CHECKS, part_for_owners, writes_objects};
use super::holders::{Holders, Named};
use super::implied::implied;
use super::needs::{
    Need, Needs, allowed, attempted, is_meant, needed_request, without_discovery, without_name, words,
};
use super::packing::Rule;
use super::risk::risk;
use super::tighten::{Tightened, tighten};
use crate::proof::Proof;
use crate::seen::Seen;
use crate::watch::Watch;
use crate::{Level, Manifests, Options, Proposal, Statement, Whose};
use leastwise_evidence::Record;
use leastwise_manifest::{PolicyRule, Role, lookup, role};
use leastwise_privilege::rbac::{ALL, Access, RbacAtom, Target, rule_allows};
use leastwise_privilege::{Applied, Needed};
use leastwise_yaml::{Emptied, Patch};
use std::collections::BTreeSet;

/// Tightens the Roles and ClusterRoles among the manifests to what those who hold them were seen to need, by the least
/// change of their text. What was needed and is not granted is named, never added.
pub fn refine_roles(record: &Record, manifests: &Manifests<'_>, options: &Options) -> Proposal {
    let mut proposal = Proposal::default();
    let is_meant = match is_meant(&options.whose, manifests) {
        Ok(is_meant) => is_meant,
        Err(why) => {
            proposal.refuse("Role", why);
            return proposal;
        }
    };
    proposal.refuse_without(record, !record.requests.is_empty(), "requests of the API server");
    let observed = Observed::of(record, options);
    let refining = Refining { manifests, options, observed: &observed };
    let mut proof = Proof::new(manifests, observed.needed.clone());
    for placed in manifests.placed() {
        let Some(role) = role(&placed.object) else { continue };
        let Some(named) = Named::of(&placed.object, manifests) else {
            proposal.refuse(title(&role), "a template hides its name or namespace");
            continue;
        };
        let holders = Holders::of(named, manifests);
        let is_asked_for = options.whose == Whose::Everyone
            || refining
                .observed
                .needs
                .keys()
                .any(|atom| is_meant(&atom.subject) && holders.include(&atom.subject));
        if !is_asked_for {
            continue;
        }
        let changed = refining.role(&role, &holders, &mut proposal);
        if let (Ok((_, statements)), Some(why)) = (&changed, refining.observed.watch.too_short(options)) {
            proposal.leave_to_people(statements.clone(), &why);
            continue;
        }
        let judged = changed.and_then(|(patches, statements)| {
            proof.add(placed.document, patches)?;
            Ok(statements)
        });
        match judged {
            Ok(statements) => proposal.statements.extend(statements),
            Err(why) => proposal.refuse(title(&role), why),
        }
    }
    refining.say_what_is_denied(&mut proposal, |atom| is_meant(&atom.subject));
    proof.close(&mut proposal);
    proposal
}

/// What a record says about requests, read once for many questions.
#[derive(Clone, Debug)]
pub struct Observed {
    passing: Passing,
    pub(super) watch: Watch,
    pub(super) needed: Needed,
    pub(super) needs: Needs,
    askers: Askers,
    /// The requests that were only ever forbidden.
    pub(super) attempted: Needs,
}

impl Observed {
    /// Reads the requests of a record.
    pub fn of(record: &Record, options: &Options) -> Self {
        let mut needs = allowed(record);
        let attempted = attempted(record, &needs);
        if options.include_implied {
            needs.extend(implied(&needs));
        }
        let requests = needs.iter().map(|(atom, need)| needed_request(atom, &need.reasons)).collect();
        Self {
            passing: Passing::of(record),
            askers: Askers::of(needs.keys()),
            watch: Watch::of(record, record.requests.values().flat_map(|seen| seen.seen.sources())),
            needed: Needed { requests, ..Needed::default() },
            needs,
            attempted,
        }
    }

    /// What every change must leave.
    pub(crate) fn needed(&self) -> Needed {
        self.needed.clone()
    }

    /// The namespaces in which a Role of that name has allowed something, as the authorizer says.
    pub fn namespaces_of(&self, role: &str) -> BTreeSet<&str> {
        let reasons = self.needs.values().flat_map(|need| &need.reasons);
        let of_role = reasons.filter(|grant| grant.role_kind == "Role" && grant.role == role);
        of_role.filter_map(|grant| grant.binding_namespace.as_deref()).collect()
    }

    /// Whether the name in a request will be another one tomorrow.
    pub(super) fn is_passing(&self, atom: &RbacAtom) -> bool {
        self.passing.why(atom).is_some()
    }
}

/// The requests of those who hold a role that may have come through it.
pub(super) type Own<'r> = Vec<(&'r RbacAtom, &'r Need)>;

pub(super) struct Refining<'r, 'd> {
    pub(super) manifests: &'r Manifests<'d>,
    pub(super) options: &'r Options,
    pub(super) observed: &'r Observed,
}

impl<'r, 'd> Refining<'r, 'd> {
    /// The requests that may have come through a role; `Err` says why what it grants cannot be judged by them.
    pub(super) fn own(&self, role: &Role<'d>, holders: &Holders<'d>) -> Result<Own<'r>, String> {
        if lookup(role.object.node, &["aggregationRule"]).entry().is_some() {
            return Err(
                "its rules are gathered from other roles, and a controller would write them again".to_owned()
            );
        }
        if role.open || role.rules.iter().any(PolicyRule::is_open) {
            return Err("a template hides some of its rules".to_owned());
        }
        if role.rules.is_empty() {
            return Ok(Vec::new());
        }
        if gathers_for_others(role) {
            return Err("its rules are gathered into other roles, whose holders are not known".to_owned());
        }
        if !holders.are_known(&self.observed.needs) {
            return Err("nobody is known to hold it: no binding to it is among the manifests or in the logs"
                .to_owned());
        }
        if let Some(why) = self.observed.watch.distrust(self.options) {
            return Err(why);
        }
        let own: Own<'r> =
            self.observed.needs.iter().filter(|(atom, need)| holders.may_need(atom, need)).collect();
        if own.is_empty() {
            return Err("none of its holders was seen to ask for anything, so nobody may have been looking"
                .to_owned());
        }
        Ok(own)
    }

    /// What changes in a role, and the statements about it.
    fn role(
        &self,
        role: &Role<'d>,
        holders: &Holders<'d>,
        proposal: &mut Proposal,
    ) -> Result<(Vec<Patch>, Vec<Statement>), String> {
        let own = self.own(role, holders)?;
        let requests = holders.requests(&self.observed.needs);
        if role.rules.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let mut seen = Seen::default();
        own.iter().for_each(|(_, need)| seen.add(&need.seen));
        let because = format!(
            "none of {} of those who hold the role used it{}",
            seen.words("request"),
            self.observed.watch.caution()
        );
        let (mut patches, mut statements) = (Vec::new(), Vec::new());
        let mut end = role.rules.len();
        let state = |what: String, path: &leastwise_yaml::Path| Statement {
            level: Level::Candidate,
            applied: true,
            what: format!("take away {what}"),
            because: because.clone(),
            resource: role.object.resource(),
            path: path.relative_to(&role.object.path).unwrap_or_default().to_string(),
            risk: None,
        };
        for rule in &role.rules {
            let (kept, notes) = self.kept(rule, &own, &requests);
            for (what, why) in notes {
                proposal.refuse(format!("{}: {what}", title(role)), why);
            }
            match tighten(rule, &kept, role.is_cluster_role()) {
                Tightened::AsItIs => {}
                Tightened::Gone => {
                    patches.push(Patch::Remove { path: rule.path.clone(), emptied: Emptied::Keep });
                    statements.push(state(format!("the rule for {}", rule_words(rule)), &rule.path));
                }
                Tightened::Changed { patches: changes, more, removed } => {
                    patches.extend(changes);
                    let list = role.object.path.key("rules");
                    for rule in more {
                        patches.push(Patch::Set { path: list.index(end), value: Rule::literal(&rule) });
                        end += 1;
                    }
                    statements.extend(removed.into_iter().map(|(what, path)| state(what, &path)));
                }
            }
        }
        Ok((patches, statements))
    }

    /// The permissions of a rule that stay, and what is kept because nobody can judge it, with the reason. What no log
    /// shows may be asked with any of the requests of those who hold the role.
    pub(super) fn kept(
        &self,
        rule: &PolicyRule<'_>,
        own: &[(&RbacAtom, &Need)],
        requests: &[&RbacAtom],
    ) -> (BTreeSet<Target>, Vec<(String, String)>) {
        let (mut kept, mut notes) = (BTreeSet::new(), Vec::new());
        for (atom, _) in own.iter().filter(|(atom, _)| rule_allows(rule, &atom.target) == Some(true)) {
            let drops_name = self.options.robust
                && rule.resource_names.is_empty()
                && self.observed.passing.why(atom).is_some();
            kept.insert(if drops_name { without_name(&atom.target) } else { atom.target.clone() });
        }
        for check in
            HIDDEN_CHECKS.iter().filter(|check| requests.iter().any(|atom| check.is_asked_by(&atom.target)))
        {
            let names: Vec<_> = rule.resource_names.texts().map(Some).collect();
            let names = if names.is_empty() { vec![None] } else { names };
            let targets = names.into_iter().flat_map(|name| check.targets(name));
            let held: Vec<_> = targets.filter(|target| rule_allows(rule, target) == Some(true)).collect();
            if !held.is_empty() {
                notes.push((check.verb.to_owned(), check.because.to_owned()));
                kept.extend(held);
            }
        }
        let writes = requests.iter().any(|atom| writes_objects(&atom.target));
        let written = written(rule);
        for target in written.iter().filter(|target| self.observed.askers.may_ask(target)) {
            let why = "servers ask whether those who speak to them may do it; the log has that some did, not about whom"
                .to_owned();
            notes.push((target.what(), why));
            kept.insert(target.clone());
        }
        for target in written.iter().flat_map(verb_by_verb) {
            if let Some(part) = part_for_owners(&target).filter(|_| writes) {
                let why =
                    "admission may ask for it when an object names its owner; no log shows that".to_owned();
                notes.push((part.what(), why));
                kept.insert(part);
            }
            if self.observed.watch.lacks_reads() && is_read(&target) {
                notes.push((target.what(), "the logs leave out requests that read".to_owned()));
                kept.insert(target);
            }
        }
        (kept, notes)
    }

    /// Names what was needed and is granted by nothing among the manifests that those who need it hold.
    fn say_what_is_denied(&self, proposal: &mut Proposal, is_meant: impl Fn(&RbacAtom) -> bool) {
        let objects = self.manifests.objects();
        let access = Access::of(Applied { objects: &objects, namespace: self.manifests.namespace });
        let holders: Vec<_> = self
            .manifests
            .placed()
            .iter()
            .filter_map(|placed| {
                Some(Holders::of(Named::of(&role(&placed.object)?.object, self.manifests)?, self.manifests))
            })
            .collect();
        let mut needs = self.observed.needs.clone();
        without_discovery(&mut needs);
        for (atom, need) in needs.iter().filter(|(atom, _)| is_meant(atom)) {
            let is_held = holders.iter().any(|holders| holders.include(&atom.subject));
            if is_held && access.allows(atom, &needed_request(atom, &need.reasons).groups) == Some(false) {
                proposal.statements.push(Statement {
                    level: need.level,
                    applied: false,
                    what: format!("{} is needed, and nothing among the manifests grants it", words(atom)),
                    because: need.seen.words("request"),
                    resource: leastwise_manifest::Resource::default(),
                    path: String::new(),
                    risk: risk(&atom.target),
                });
            }
        }
    }
}

fn title(role: &Role<'_>) -> String {
    let resource = role.object.resource();
    let name = resource.name.unwrap_or_else(|| "without a known name".to_owned());
    match resource.namespace {
        Some(namespace) => format!("{} {namespace}/{name}", resource.kind),
        None => format!("{} {name}", resource.kind),
    }
}

/// Whether the API server gathers its rules into other roles, by a label.
fn gathers_for_others(role: &Role<'_>) -> bool {
    let labels = lookup(role.object.node, &["metadata", "labels"]).value();
    let keys = labels.into_iter().flat_map(|labels| labels.entries());
    keys.into_iter().any(|entry| {
        entry.key.as_text().is_some_and(|key| key.starts_with("rbac.authorization.k8s.io/aggregate-to-"))
    })
}

/// What a rule grants as it is written.
fn written(rule: &PolicyRule<'_>) -> Vec<Target> {
    let names: Vec<_> = rule.resource_names.texts().map(|name| Some(name.to_owned())).collect();
    let names = if names.is_empty() { vec![None] } else { names };
    let mut targets = Vec::new();
    for verb in rule.verbs.texts() {
        for group in rule.api_groups.texts() {
            for (resource, name) in
                rule.resources.texts().flat_map(|one| names.iter().map(move |name| (one, name)))
            {
                targets.push(Target::Resource {
                    group: group.to_owned(),
                    resource: resource.to_owned(),
                    verb: verb.to_owned(),
                    name: name.clone(),
                });
            }
        }
        let urls = rule.non_resource_urls.texts();
        targets.extend(urls.map(|url| Target::Url { verb: verb.to_owned(), url: url.to_owned() }));
    }
    targets
}

/// All verbs are those that read, and others.
fn verb_by_verb(target: &Target) -> Vec<Target> {
    if target.verb() != Some(ALL) {
        return vec![target.clone()];
    }
    let with = |one: &str| {
        let mut target = target.clone();
        match &mut target {
            Target::Resource { verb, .. } | Target::Url { verb, .. } => one.clone_into(verb),
            Target::Role { .. } => {}
        }
        target
    };
    ["get", "list", "watch", "update"].map(with).to_vec()
}

fn is_read(target: &Target) -> bool {
    matches!(target.verb(), Some("get" | "list" | "watch"))
}

fn rule_words(rule: &PolicyRule<'_>) -> String {
    let list = |names: &leastwise_manifest::Names<'_>| names.texts().collect::<Vec<_>>().join(", ");
    let what =
        if rule.non_resource_urls.known.is_empty() { &rule.resources } else { &rule.non_resource_urls };
    format!("{} {}", list(&rule.verbs), list(what))
}
