//! Credentials in the open.

crate::rule::family![secret_literal_in_environment];

mod credential_names;
mod credential_values;
