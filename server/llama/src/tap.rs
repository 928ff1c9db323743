//! Takes the model's states out of llama.cpp's computation, and stops it there.
//!
//! llama.cpp gives states only together with what the next token may be, for every token of the vocabulary and, when states are
//! asked for, after every token: that doubles the work. A callback that llama.cpp has for looking at what it computes can also
//! say that it was enough. So the states are copied where they appear, behind the last norm, and the rest is left undone.
#![allow(unsafe_code, reason = "the safe binding has no way to set the callback")]

use std::ffi::{CStr, c_void};
use std::sync::{Mutex, PoisonError};

use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_sys_2::{ggml_tensor, llama_context_params};

/// What llama.cpp calls the numbers behind the last norm.
const LAST_NORM: &CStr = c"result_norm";

/// The states of the tokens of the last batch whose output was wanted, one after the other. It must live as long as the
/// context that fills it, in its place.
#[derive(Debug, Default)]
pub(crate) struct Tap {
    states: Box<Mutex<Vec<f32>>>,
}

// The parameters are a wrapper of C's and nothing else: being of the same size, it can hold them only at its beginning.
const _: () = assert!(size_of::<LlamaContextParams>() == size_of::<llama_context_params>());
const _: () = assert!(align_of::<LlamaContextParams>() == align_of::<llama_context_params>());

impl Tap {
    /// Lets a context made with these parameters fill this tap, and compute nothing behind it.
    pub(crate) fn install(&self, mut parameters: LlamaContextParams) -> LlamaContextParams {
        // SAFETY: the wrapper holds C's parameters at its beginning, see above; the crate's version is pinned exactly.
        let raw = unsafe { &mut *(&raw mut parameters).cast::<llama_context_params>() };
        raw.cb_eval = Some(look);
        raw.cb_eval_user_data = (&raw const *self.states).cast_mut().cast();
        parameters
    }

    /// Takes the states of the last batch.
    pub(crate) fn take(&self) -> Vec<f32> {
        std::mem::take(&mut *self.states.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Is asked of each step whether it matters, and then shown what came out of it; says whether to go on.
unsafe extern "C" fn look(step: *mut ggml_tensor, is_question: bool, states: *mut c_void) -> bool {
    // SAFETY: llama.cpp passes a step of its computation, whose name ends in NUL.
    let is_last_norm = unsafe { CStr::from_ptr((*step).name.as_ptr()) == LAST_NORM };
    if is_question || !is_last_norm {
        return is_last_norm || !is_question;
    }
    // SAFETY: this is what `install` has set, and outlives the context, as `Tap` demands.
    let states = unsafe { &*states.cast::<Mutex<Vec<f32>>>() };
    let mut states = states.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: the step has been computed; behind a norm there are 32-bit numbers, as many as the bytes that are copied hold.
    unsafe {
        let bytes = llama_cpp_sys_2::ggml_nbytes(step);
        states.clear();
        states.resize(bytes / size_of::<f32>(), 0.0);
        if bytes > 0 {
            llama_cpp_sys_2::ggml_backend_tensor_get(step, states.as_mut_ptr().cast(), 0, bytes);
        }
    }
    false
}
