//! The privilege order, by examples and by its laws.

mod containers;
mod laws;
mod objects;
mod pods;
mod support;
mod templates;
mod volumes;
