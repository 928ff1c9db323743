//! What clients say in other words than tower-lsp 0.20 expects, put into its words.

use serde_json::Value;
use std::task::{Context, Poll};
use tower_lsp::jsonrpc::Request;
use tower_service::Service;

/// Translates requests, and passes them on.
pub(crate) struct Translated<S>(pub(crate) S);

impl<S: Service<Request>> Service<Request> for Translated<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> S::Future {
        self.0.call(match request.method() {
            "initialize" => translated(request, with_plural_diagnostics),
            // Some clients say `null` or `{}` where there is nothing to say, and tower-lsp refuses that.
            "shutdown" | "exit" => translated(request, |_| None),
            _ => request,
        })
    }
}

fn translated(request: Request, translate: impl FnOnce(Value) -> Option<Value>) -> Request {
    let (method, id, parameters) = request.into_parts();
    let mut builder = Request::build(method);
    if let Some(parameters) = parameters.and_then(translate) {
        builder = builder.params(parameters);
    }
    if let Some(id) = id {
        builder = builder.id(id);
    }
    builder.finish()
}

/// The protocol's `workspace.diagnostics` is `workspace.diagnostic` in lsp-types 0.94. Without this, no client would
/// seem to ask for diagnostics again when it is told to.
fn with_plural_diagnostics(mut parameters: Value) -> Option<Value> {
    let workspace = parameters.pointer_mut("/capabilities/workspace").and_then(Value::as_object_mut);
    if let Some(workspace) = workspace
        && let Some(diagnostics) = workspace.get("diagnostics").cloned()
    {
        workspace.insert("diagnostic".to_owned(), diagnostics);
    }
    Some(parameters)
}
