//! What containers may do.

use crate::support::check;

/// A pod with one container whose `securityContext` is as given.
fn pod(context: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: shop}}\nspec:\n  containers:\n  - name: web\n    image: web:1\n    securityContext: {context}\n"
    )
}

#[test]
fn privileged_goes_without_saying_what_it_brings() {
    check(
        &pod("{privileged: true}"),
        &pod("{privileged: false}"),
        "
        narrower
        - web runs privileged, with all devices and capabilities of the node (spec.containers[0].securityContext.privileged)
        ",
    );
    check(&pod("{privileged: yes}"), &pod("{privileged: true}"), "equal\n");
    check(&pod("{privileged: false}"), &pod("{}"), "equal\n");
}
