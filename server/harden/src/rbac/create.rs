use super::hidden_checks::HIDDEN_CHECKS;
use super::implied::implied;
use super::needs::{Need, Needs, allowed, attempted, is_meant, settle_names, without_discovery, words};
use super::packing::{Rule, pack};
use super::risk::risk;
use crate::seen::Seen;
use crate::{Created, Judgement, Level, Manifests, Options, Proposal, Statement};
use leastwise_evidence::Record;
use leastwise_manifest::Resource;
use leastwise_privilege::Applied;
use leastwise_privilege::rbac::{Access, RbacAtom, Subject, Target};
use leastwise_yaml::Literal;
use std::collections::{BTreeMap, BTreeSet};

/// Makes the Roles, ClusterRoles and bindings that grant what was needed: each need where it was, in the namespace or
/// in the whole cluster, with the name that it had, and no verb beside those seen.
pub fn create_roles(record: &Record, manifests: &Manifests<'_>, options: &Options) -> Proposal {
    let mut proposal = Proposal::default();
    let is_meant = match is_meant(&options.whose, manifests) {
        Ok(is_meant) => is_meant,
        Err(why) => {
            proposal.refuse("Role", why);
            return proposal;
        }
    };
    proposal.refuse_without(record, !record.requests.is_empty(), "requests of the API server");
    let mut needs = allowed(record);
    needs.retain(|atom, _| is_meant(&atom.subject));
    for (atom, need) in attempted(record, &allowed(record)).iter().filter(|(atom, _)| is_meant(&atom.subject))
    {
        proposal.refuse(words(atom), format!("it was only ever forbidden: {}", need.seen.words("request")));
    }
    refuse_hidden(&needs, &mut proposal);
    if !options.keep_discovery {
        without_discovery(&mut needs);
    }
    let mut needs = settle_names(needs, record, options);
    let implied = implied(&needs);
    if options.include_implied {
        needs.extend(implied.clone());
    }
    let mut by_place: BTreeMap<(Subject, Place), Needs> = BTreeMap::new();
    for (atom, need) in needs {
        let place = Place::of(&atom);
        by_place.entry((atom.subject.clone(), place)).or_default().insert(atom, need);
    }
    for ((subject, place), needs) in by_place {
        add_role(&subject, &place, &needs, &mut proposal);
    }
    if !options.include_implied {
        propose_implied(&implied, &mut proposal);
    }
    if !proposal.created.is_empty() {
        proposal.verdict = Judgement::New;
    }
    proposal
}

/// Where something is granted. Namespaces come before the cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Namespace(String),
    Cluster,
}

impl Place {
    fn of(atom: &RbacAtom) -> Self {
        atom.namespace.clone().map_or(Self::Cluster, Self::Namespace)
    }
}

fn add_role(subject: &Subject, place: &Place, needs: &Needs, proposal: &mut Proposal) {
    let rules = pack(needs.keys().map(|atom| &atom.target));
    let name = role_name(subject, place);
    let (Some(role), Some(binding)) =
        (Created::new(role(place, &name, &rules)), Created::new(binding(subject, place, &name)))
    else {
        return proposal.refuse(format!("a role for {subject}"), "its text cannot be written safely");
    };
    if let Err(why) = judge(&role, &binding, needs) {
        return proposal.refuse(format!("a role for {subject}"), why);
    }
    for (index, rule) in rules.iter().enumerate() {
        for (verb_index, verb) in rule.verbs().iter().enumerate() {
            let targets = rule.of_verb(verb);
            let held: Vec<_> = needs
                .iter()
                .filter(|(atom, _)| is_granted_by(&atom.target, &targets))
                .map(|(_, need)| need)
                .collect();
            proposal.statements.push(Statement {
                level: held.iter().map(|need| need.level).max().unwrap_or(Level::Exact),
                applied: true,
                what: format!("{verb} {}", rule.what()),
                because: because(&held),
                resource: role.resource.clone(),
                path: format!("rules[{index}].verbs[{verb_index}]"),
                risk: targets.iter().find_map(risk),
            });
        }
    }
    proposal.created.extend([role, binding]);
}

fn is_granted_by(target: &Target, granted: &[Target]) -> bool {
    granted.iter().any(|one| match (one, target) {
        (
            Target::Resource { group, resource, verb, name: None },
            Target::Resource { group: other_group, resource: other_resource, verb: other_verb, .. },
        ) => (group, resource, verb) == (other_group, other_resource, other_verb),
        (one, target) => one == target,
    })
}

fn because(needs: &[&Need]) -> String {
    let mut seen = Seen::default();
    needs.iter().for_each(|need| seen.add(&need.seen));
    let notes: BTreeSet<_> = needs.iter().flat_map(|need| &need.notes).copied().collect();
    let notes: String = notes.iter().map(|note| format!("; {note}")).collect();
    format!("{}{notes}", seen.words("request"))
}

/// Puts what was made to the privilege order: it must allow every need, and what it grants must be needs.
fn judge(role: &Created, binding: &Created, needs: &Needs) -> Result<(), String> {
    let objects = [role, binding].map(|made| leastwise_manifest::objects(&made.document)).concat();
    let access = Access::of(Applied { objects: &objects, namespace: "" });
    if let Some(atom) = needs.keys().find(|atom| access.allows(atom, &[]) != Some(true)) {
        return Err(format!("it would not allow {}", words(atom)));
    }
    let excess = access.beyond(&Access::default());
    if let Some(why) = excess.hidden.first() {
        return Err(why.clone());
    }
    match excess.atoms.iter().find(|exceeding| !needs.contains_key(&exceeding.atom)) {
        Some(exceeding) => Err(format!("it would also allow {}", words(&exceeding.atom))),
        None => Ok(()),
    }
}

/// How a role for somebody is called: like the account in its own namespace, with the namespace before it elsewhere.
fn role_name(subject: &Subject, place: &Place) -> String {
    // A name is one segment of a path.
    let segment = |text: &str| text.replace(['/', '%'], "-");
    match subject {
        Subject::ServiceAccount { namespace, name } if *place == Place::Namespace(namespace.clone()) => {
            segment(name)
        }
        Subject::ServiceAccount { namespace, name } => format!("{namespace}:{}", segment(name)),
        Subject::User(name) if name == "." || name == ".." => "user".to_owned(),
        Subject::User(name) => segment(name),
        other => segment(&other.to_string()),
    }
}

fn mapping(entries: Vec<(&str, Literal)>) -> Literal {
    Literal::Mapping(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn head(kind: &str, place: &Place, name: &str) -> Vec<(&'static str, Literal)> {
    let mut metadata = vec![("name", Literal::from(name))];
    if let Place::Namespace(namespace) = place {
        metadata.push(("namespace", Literal::from(namespace.as_str())));
    }
    vec![
        ("apiVersion", Literal::from("rbac.authorization.k8s.io/v1")),
        ("kind", Literal::from(kind)),
        ("metadata", mapping(metadata)),
    ]
}

fn role(place: &Place, name: &str, rules: &[Rule]) -> Literal {
    let mut entries = head(if *place == Place::Cluster { "ClusterRole" } else { "Role" }, place, name);
    entries.push(("rules", Literal::Sequence(rules.iter().map(Rule::literal).collect())));
    mapping(entries)
}

fn binding(subject: &Subject, place: &Place, name: &str) -> Literal {
    let is_cluster = *place == Place::Cluster;
    let mut entries = head(if is_cluster { "ClusterRoleBinding" } else { "RoleBinding" }, place, name);
    let role = if is_cluster { "ClusterRole" } else { "Role" };
    let group = || Literal::from("rbac.authorization.k8s.io");
    entries.push((
        "roleRef",
        mapping(vec![("apiGroup", group()), ("kind", Literal::from(role)), ("name", Literal::from(name))]),
    ));
    let subject = match subject {
        Subject::ServiceAccount { namespace, name } => mapping(vec![
            ("kind", Literal::from("ServiceAccount")),
            ("name", Literal::from(name.as_str())),
            ("namespace", Literal::from(namespace.as_str())),
        ]),
        Subject::User(name) => mapping(vec![
            ("kind", Literal::from("User")),
            ("apiGroup", group()),
            ("name", Literal::from(name.as_str())),
        ]),
        other => mapping(vec![("kind", Literal::from(other.to_string().as_str()))]),
    };
    entries.push(("subjects", Literal::Sequence(vec![subject])));
    mapping(entries)
}

/// Says what no log can show about those who wrote roles, bindings or certificates.
fn refuse_hidden(needs: &Needs, proposal: &mut Proposal) {
    for check in HIDDEN_CHECKS {
        let askers: BTreeSet<_> =
            needs.keys().filter(|atom| check.is_asked_by(&atom.target)).map(|atom| &atom.subject).collect();
        for subject in askers {
            proposal.refuse(format!("{subject}: {}", check.verb), check.because);
        }
    }
}

/// Names what protocols need and nobody saw, so that whoever reads it may ask for it.
fn propose_implied(implied: &Needs, proposal: &mut Proposal) {
    for (atom, need) in implied {
        let place = Place::of(atom);
        let kind = if place == Place::Cluster { "ClusterRole" } else { "Role" };
        proposal.statements.push(Statement {
            level: Level::Implied,
            applied: false,
            what: words(atom),
            because: because(&[need]),
            resource: Resource {
                api_version: "rbac.authorization.k8s.io/v1".to_owned(),
                kind: kind.to_owned(),
                namespace: atom.namespace.clone(),
                name: Some(role_name(&atom.subject, &place)),
            },
            path: "rules".to_owned(),
            risk: risk(&atom.target),
        });
    }
}
