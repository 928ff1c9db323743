//! What a change of manifests gives and takes, all objects together: by examples and by laws.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod access;
mod access_laws;
mod network;
mod network_laws;
mod random;
mod support;
mod together;
