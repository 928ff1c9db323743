use crate::Comparison;
use crate::component::{compare_component, is_component};
use crate::data::Documents;
use crate::exposure::{compare_exposure, is_exposure};
use crate::judge::{Sides, title};
use crate::ledger::{Ledger, some_of};
use crate::pairing::{Paired, pair};
use crate::pod_security::{
    Placed, compare_constraints, compare_namespace, compare_pods, compare_policies, compare_service_account,
    has_pods, is_constraints, is_policy,
};
use crate::rbac::{compare_bindings, compare_roles};
use leastwise_manifest::{Object, ServiceAccount, binding, lookup, role};
use leastwise_yaml::Node;

/// Compares what the objects of `before` and `after` may do.
///
/// Objects of the same group, kind, namespace and name are the same object. One that is there on one side only loses
/// or gains all that it grants. Kinds that grant nothing are always equal; kinds whose meaning is not known are equal
/// where their data is, else undecided.
pub fn compare(before: &[Object<'_>], after: &[Object<'_>]) -> Comparison {
    let mut ledger = Ledger::default();
    let accounts = Sides::both(service_accounts(before), service_accounts(after));
    for paired in pair_objects(before, after, &mut ledger) {
        let objects = Sides::from(paired);
        let placed = objects.zip(&accounts, |object, accounts| Placed { object, accounts });
        let documents = match (objects.before, objects.after) {
            (Some(before), Some(after)) => {
                Some(Documents::new(before.node.document(), after.node.document()))
            }
            _ => None,
        };
        compare_object(placed, documents.as_ref(), &mut ledger);
        if let (Some(before), true) =
            (objects.before, documents.is_some_and(|documents| documents.relied_on()))
        {
            let title = title(&before.resource());
            ledger.assume(format!("{title}: templates that are written alike come out alike"));
        }
    }
    ledger.close()
}

/// Groups and kinds that give nobody a right: they say when pods may be disturbed, not what those may do.
const GRANT_NOTHING: &[(&str, &str)] = &[("policy", "PodDisruptionBudget")];

fn grants_nothing(object: &Object<'_>) -> bool {
    object.api_group().zip(object.kind()).is_some_and(|known| GRANT_NOTHING.contains(&known))
}

fn service_accounts<'d>(objects: &[Object<'d>]) -> Vec<ServiceAccount<'d>> {
    objects.iter().filter_map(ServiceAccount::of).collect()
}

/// What an object is called; as it is written, where a template hides it.
fn identity<'d>(object: &Object<'d>) -> (String, Option<&'d str>, Option<&'d str>, Option<&'d str>) {
    let written = |keys: &[&str]| lookup(object.node, keys).value().map(text);
    let version = written(&["apiVersion"]).unwrap_or_default();
    let group = version.split_once('/').map_or("", |(group, _)| group);
    (
        group.to_owned(),
        written(&["kind"]),
        written(&["metadata", "namespace"]),
        written(&["metadata", "name"]),
    )
}

fn text(node: Node<'_>) -> &str {
    node.as_text().unwrap_or_else(|| crate::data::written(node))
}

/// Pairs the objects of both sides: first those of the same name in the same namespace, then those of the same name
/// of which one leaves the namespace to who applies it.
fn pair_objects<'o, 'd>(
    before: &'o [Object<'d>],
    after: &'o [Object<'d>],
    ledger: &mut Ledger,
) -> Vec<Paired<&'o Object<'d>>> {
    let mut pairs = Vec::new();
    let (mut only_before, mut only_after) = (Vec::new(), Vec::new());
    for paired in pair(before, after, |object| identity(object)) {
        match paired {
            Paired::Both(..) => pairs.push(paired),
            Paired::Before(object) => only_before.push(object),
            Paired::After(object) => only_after.push(object),
        }
    }
    let nameless = |object: &&Object<'d>| {
        let (group, kind, _, name) = identity(object);
        (group, kind, name)
    };
    let leaves_open = |object: &Object<'d>| identity(object).2.is_none();
    for paired in pair(only_before, only_after, nameless) {
        match paired {
            Paired::Both(before, after) if leaves_open(before) || leaves_open(after) => {
                let title = title(&before.resource());
                ledger.assume(format!(
                    "{title}: the namespace that only one side names is where it is applied"
                ));
                pairs.push(paired);
            }
            Paired::Both(before, after) => pairs.extend([Paired::Before(before), Paired::After(after)]),
            one_sided => pairs.push(one_sided),
        }
    }
    pairs
}

fn compare_object<'d>(sides: Sides<Placed<'_, 'd>>, documents: Option<&Documents<'d>>, ledger: &mut Ledger) {
    let objects = sides.map(|placed| placed.object);
    let any = |test: fn(&Object<'d>) -> bool| objects.before.into_iter().chain(objects.after).any(test);
    if objects.before.into_iter().chain(objects.after).all(grants_nothing) {
        return;
    }
    if any(|object| object.kind() == Some("Namespace") && object.api_group() == Some("")) {
        return compare_namespace(objects, documents, ledger);
    }
    if any(has_pods) {
        return compare_pods(sides, documents, ledger);
    }
    let roles = objects.filter_map(|object| role(object));
    if roles.before.is_some() || roles.after.is_some() {
        return compare_roles(&roles, documents, ledger);
    }
    let bindings = objects.filter_map(|object| binding(object));
    if bindings.before.is_some() || bindings.after.is_some() {
        return compare_bindings(&bindings, documents, ledger);
    }
    match (objects.before, objects.after, documents) {
        (Some(before), Some(after), Some(documents)) => {
            if before.kind() == Some("ServiceAccount") && before.api_group() == Some("") {
                return compare_service_account(before, after, documents, ledger);
            }
            if is_policy(before) && is_policy(after) {
                return compare_policies(before, after, documents, ledger);
            }
            if is_constraints(before) && is_constraints(after) {
                return compare_constraints(before, after, documents, ledger);
            }
            if is_component(before) && is_component(after) {
                return compare_component(before, after, documents, ledger);
            }
            if is_exposure(before) && is_exposure(after) {
                return compare_exposure(before, after, documents, ledger);
            }
            let paths = documents.differing(before.node, after.node, &[]);
            if !paths.is_empty() {
                let title = title(&before.resource());
                ledger.hide(
                    true,
                    true,
                    format!("the meaning of {} in {title} is not judged", some_of(&paths)),
                );
            }
        }
        (before, after, _) => {
            for object in before.into_iter().chain(after) {
                // Policies take away: without one more may be allowed.
                let why = format!("what {} means is not judged", title(&object.resource()));
                ledger.hide(true, true, why);
            }
        }
    }
}
