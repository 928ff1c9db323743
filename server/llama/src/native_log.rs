//! Keeps what llama.cpp writes to its log, which is where it says why a model cannot be loaded.

use std::collections::VecDeque;
use std::ffi::{CStr, c_char, c_void};
use std::sync::{Mutex, PoisonError};

/// Warnings and errors since they were last taken, the oldest first.
static LINES: Mutex<VecDeque<String>> = Mutex::new(VecDeque::new());
const KEPT: usize = 8;

/// Sends llama.cpp's log here instead of to standard error.
#[allow(
    unsafe_code,
    reason = "the safe binding can only drop the log, or send it to a subscriber that a library must not install"
)]
pub(crate) fn capture() {
    unsafe extern "C" fn keep(level: llama_cpp_sys_2::ggml_log_level, text: *const c_char, _: *mut c_void) {
        let wanted = llama_cpp_sys_2::GGML_LOG_LEVEL_WARN..=llama_cpp_sys_2::GGML_LOG_LEVEL_ERROR;
        if text.is_null() || !wanted.contains(&level) {
            return;
        }
        // SAFETY: llama.cpp passes a string that ends in NUL and lives as long as this call.
        let text = unsafe { CStr::from_ptr(text) }.to_string_lossy();
        let mut lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == KEPT {
            lines.pop_front();
        }
        lines.push_back(text.trim().to_owned());
    }
    // SAFETY: the callback is a function, which lives forever, and uses no user data.
    unsafe { llama_cpp_sys_2::llama_log_set(Some(keep), std::ptr::null_mut()) }
}

/// Takes the lines that were kept, joined to one.
pub(crate) fn take() -> String {
    let mut lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    Vec::from(std::mem::take(&mut *lines)).join("; ")
}
