//! Which pods of the workspace a Service selects.

use leastwise_manifest::{Declared, PodSpec, Service, View, pod_specs};

/// The pods that the Service certainly selects, with the objects that declare them.
pub(super) fn selected<'w>(service: &Service<'_>, view: &View<'w>) -> Vec<(&'w Declared, PodSpec<'w>)> {
    let Some(selector) = service.selector() else { return Vec::new() };
    let home = service.object.home();
    let is_selected = |pod: &PodSpec<'_>| selector.matches(&pod.labels()) == Some(true);
    let mut selected = Vec::new();
    for declared in view.workloads() {
        if view.is_in(declared, home) && declared.may_be_selected(&selector) {
            let object = declared.object();
            selected.extend(pod_specs(&object).into_iter().filter(is_selected).map(|pod| (declared, pod)));
        }
    }
    selected
}

/// Whether it certainly selects a pod.
pub(super) fn selects_some(service: &Service<'_>, view: &View<'_>) -> bool {
    !selected(service, view).is_empty()
}
