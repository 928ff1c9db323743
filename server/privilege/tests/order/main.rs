//! The privilege order, by examples and by its laws.

mod containers;
mod support;
