//! Ingresses that answer beside another.

use leastwise_manifest::{Declared, Ingress, IngressRule, Object, Setting, View};

/// The other Ingresses that the same controller may serve. Canaries of ingress-nginx double another on purpose.
pub(super) fn rivals<'w>(
    ingress: &Ingress<'_>,
    view: &View<'w>,
) -> impl Iterator<Item = (&'w Declared, Ingress<'w>)> {
    let class = ingress.class().0.known();
    let is_rival = move |other: &Ingress<'_>| {
        let differ = class.zip(other.class().0.known()).is_some_and(|(one, other)| one != other);
        !differ && !is_canary(&other.object)
    };
    let objects = (!is_canary(&ingress.object)).then(|| view.of_kind("Ingress")).into_iter().flatten();
    objects.filter(|declared| declared.is_other(&ingress.object)).filter_map(move |declared| {
        let other = Ingress::of(&declared.object()).filter(is_rival)?;
        Some((declared, other))
    })
}

fn is_canary(object: &Object<'_>) -> bool {
    object.annotation("nginx.ingress.kubernetes.io/canary").known() == Some("true")
}

/// Whether the rule is certainly for that host; `None` stands for every host.
pub(super) fn claims(rule: &IngressRule<'_>, host: Option<&str>) -> bool {
    match (rule.host(), host) {
        (Setting::Set(own, _), Some(host)) => own.eq_ignore_ascii_case(host),
        (Setting::Set(own, _), None) => own.is_empty(),
        (Setting::Unset, host) => host.is_none(),
        (Setting::Unknown, _) => false,
    }
}
