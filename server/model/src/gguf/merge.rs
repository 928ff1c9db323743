//! Makes a detector of a base model and the adapter that training has left: one file that llama.cpp loads like any other.
//!
//! Every number is a sum in a fixed order of basic operations, none of them fused with another, so that the file is the same to
//! the bit on every machine and its SHA-256 can be known beforehand.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use super::super::digest::sha256;
use super::adapter::{Adapter, Variant, block, linear};
use super::{
    Error, Header, Metadata, Tensor, TensorPlan, TensorType, Value, Writer, dequantize, quantize_q8_0,
};

const LAST_NORM: &str = "output_norm.weight";
/// The architecture of the base model, and of the detector.
const ARCHITECTURE: &str = "llama";
/// The number that llama.cpp has for "mostly Q8_0" in `general.file_type`.
const FILE_TYPE_Q8_0: u32 = 7;

/// Writes a variant of the detector: the base model's first layers, each linear one changed by the adapter and stored as
/// Q8_0, or as IQ4_NL where the adapter tells how to round it, and in the metadata the labels and how they are read. `on_progress`
/// gets the bytes of tensors written so far and in all.
///
/// # Errors
///
/// When the base model is not the one that the adapter was trained on, either file is broken, or one cannot be read or written.
pub fn merge(
    base: &Path,
    adapter: &Adapter<'_>,
    variant: &str,
    output: impl Write,
    on_progress: &mut dyn FnMut(u64, u64),
) -> Result<(), Error> {
    let variant = adapter.variant(variant)?;
    let found = sha256(File::open(base)?, |_| Ok(()))?;
    if found != adapter.base_sha256() {
        return Err(Error::malformed(format!(
            "{} is not the base model that the detector was trained on: its SHA-256 is {found} and not {}",
            base.display(),
            adapter.base_sha256()
        )));
    }
    let header = Header::open(base)?;
    if header.metadata.text("general.architecture") != Some(ARCHITECTURE) {
        return Err(Error::malformed(format!("the base model is not of the architecture {ARCHITECTURE}")));
    }
    let mut file = File::open(base)?;
    let metadata = metadata(&header.metadata, adapter, variant)?;
    let width = width(&header.metadata)?;

    let kept: Vec<&Tensor> = header.tensors.iter().filter(|tensor| is_kept(tensor, variant)).collect();
    let plans: Vec<TensorPlan> = kept.iter().map(|tensor| plan(tensor, adapter)).collect();
    let sizes = plans.iter().map(TensorPlan::size).collect::<Result<Vec<u64>, Error>>()?;
    let total = sizes.iter().sum();
    let mut writer = Writer::begin(output, &metadata, &plans)?;
    let mut done = 0;
    for (tensor, size) in kept.iter().zip(&sizes) {
        if tensor.name == LAST_NORM {
            let norm = adapter.reader(variant, LAST_NORM, &[width])?;
            writer.tensor(&norm.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>())?;
        } else {
            let bytes = header.data(&mut file, tensor)?;
            match linear(&tensor.name) {
                Some(_) => writer.tensor(&merged(tensor, &bytes, adapter)?)?,
                None => writer.tensor(&bytes)?,
            }
        }
        done += size;
        on_progress(done, total);
    }
    writer.finish()?;
    Ok(())
}

/// The length of a state: the numbers between two layers.
fn width(base: &Metadata) -> Result<u64, Error> {
    base.u32("llama.embedding_length")
        .map(u64::from)
        .ok_or_else(|| Error::malformed("the base model does not say its llama.embedding_length"))
}

/// The base model's metadata, with what is different in the detector and what its reader needs.
fn metadata(base: &Metadata, adapter: &Adapter<'_>, variant: &Variant) -> Result<Metadata, Error> {
    let layers = base.u32("llama.block_count").unwrap_or(0);
    if variant.layers == 0 || variant.layers > layers {
        return Err(Error::malformed(format!(
            "the variant {} keeps {} layers of the base model's {layers}",
            variant.name, variant.layers
        )));
    }
    let name = match variant.name.as_str() {
        "default" => "leastwise-detector".to_owned(),
        other => format!("leastwise-detector-{other}"),
    };
    let (width, labels) = (width(base)?, variant.labels.len() as u64);
    let rows = adapter.reader(variant, "label_rows", &[width, labels])?;
    let biases = adapter.reader(variant, "label_bias", &[labels])?;
    // Each row of weights and then its bias.
    let rows: Vec<f32> = rows
        .chunks_exact(width as usize)
        .zip(&biases)
        .flat_map(|(row, bias)| row.iter().chain(std::iter::once(bias)).copied())
        .collect();
    let labels = serde_json::json!({ "labels": variant.labels });

    let mut metadata = base.clone();
    metadata.set("general.name", name);
    metadata.set("llama.block_count", Value::U32(variant.layers));
    metadata.set("general.file_type", Value::U32(FILE_TYPE_Q8_0));
    metadata.set("leastwise.labels", labels.to_string());
    metadata.set("leastwise.label_rows", rows);
    metadata.set("leastwise.state_mean", adapter.reader(variant, "state_mean", &[width])?);
    metadata.set("leastwise.state_whitening", adapter.reader(variant, "state_whitening", &[width, width])?);
    Ok(metadata)
}

/// All but the later layers.
fn is_kept(tensor: &Tensor, variant: &Variant) -> bool {
    block(&tensor.name).is_none_or(|(block, _)| block < variant.layers)
}

fn plan(tensor: &Tensor, adapter: &Adapter<'_>) -> TensorPlan {
    let kind = match tensor.name.as_str() {
        LAST_NORM => TensorType::F32,
        name if adapter.rounds(name) => TensorType::Iq4Nl,
        name if linear(name).is_some() => TensorType::Q8_0,
        _ => tensor.kind,
    };
    TensorPlan { name: tensor.name.clone(), dimensions: tensor.dimensions.clone(), kind }
}

/// The weights plus the scaled product of the adapter's matrices, row by row.
fn merged(tensor: &Tensor, bytes: &[u8], adapter: &Adapter<'_>) -> Result<Vec<u8>, Error> {
    let &[input, output] = tensor.dimensions.as_slice() else {
        return Err(Error::malformed(format!("the base model's {} is no matrix", tensor.name)));
    };
    let pair = adapter.pair(&tensor.name, input, output)?;
    let scale = adapter.alpha() / pair.rank as f32;
    let mut weights = dequantize(tensor.kind, bytes)?;
    let mut change = vec![0.0_f32; input as usize];
    for (row, factors) in weights.chunks_exact_mut(input as usize).zip(pair.b.chunks_exact(pair.rank)) {
        change.fill(0.0);
        for (factor, direction) in factors.iter().zip(pair.a.chunks_exact(input as usize)) {
            for (sum, number) in change.iter_mut().zip(direction) {
                *sum += factor * number;
            }
        }
        for (weight, change) in row.iter_mut().zip(&change) {
            *weight += scale * change;
        }
    }
    let Some(rounding) = adapter.rounding(&tensor.name, input)? else { return quantize_q8_0(&weights) };
    let mut bytes = Vec::new();
    for row in weights.chunks_exact_mut(input as usize) {
        rounding.quantize(row, &mut bytes)?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::adapter::LINEAR;
    use super::super::tiny::{Contents, RANK, VARIANTS, adapter, base, shape};
    use super::*;

    fn merge_bytes(base: &[u8], adapter: &[u8], variant: &str) -> Result<Vec<u8>, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("base.gguf");
        std::fs::write(&path, base).unwrap();
        let mut output = Vec::new();
        merge(&path, &Adapter::read(adapter)?, variant, &mut output, &mut |_, _| {})?;
        Ok(output)
    }

    fn refusal(base: &[u8], adapter: &[u8], variant: &str) -> String {
        merge_bytes(base, adapter, variant).unwrap_err().to_string()
    }

    fn tensor_of(file: &[u8], name: &str) -> (TensorType, Vec<u8>) {
        let header = Header::read(file, file.len() as u64).unwrap();
        let tensor = header.tensor(name).unwrap();
        (tensor.kind, header.data(&mut Cursor::new(file), tensor).unwrap())
    }

    fn numbers_of(file: &[u8], name: &str) -> Vec<f32> {
        let (kind, bytes) = tensor_of(file, name);
        dequantize(kind, &bytes).unwrap()
    }

    #[test]
    fn linear_layers_are_the_base_plus_the_scaled_product() {
        let base = base().file();
        let adapter = adapter(&base).file();
        let file = merge_bytes(&base, &adapter, "default").unwrap();
        for layer in 0..2 {
            for part in LINEAR {
                let name = format!("blk.{layer}.{part}.weight");
                let [input, output] = shape(part).map(|dimension| dimension as usize);
                let (before, after) = (numbers_of(&base, &name), numbers_of(&file, &name));
                let (a, b) = (
                    numbers_of(&adapter, &format!("{name}.lora_a")),
                    numbers_of(&adapter, &format!("{name}.lora_b")),
                );
                assert_eq!(tensor_of(&file, &name).0, TensorType::Q8_0);
                let mut has_changed = false;
                for row in 0..output {
                    for column in 0..input {
                        let product: f64 = (0..RANK as usize)
                            .map(|index| {
                                f64::from(b[row * RANK as usize + index] * a[index * input + column])
                            })
                            .sum();
                        // Alpha 6 over rank 3.
                        let expected = f64::from(before[row * input + column]) + 2.0 * product;
                        let found = f64::from(after[row * input + column]);
                        // Weights are at most 1 and changes at most 0.75: half of a step of 1.75 / 127, and the scale's rounding.
                        assert!(
                            (expected - found).abs() < 0.008,
                            "{name} {row} {column}: {expected} {found}"
                        );
                        has_changed |= (expected - f64::from(before[row * input + column])).abs() > 0.1;
                    }
                }
                assert!(has_changed, "{name}");
            }
        }
    }

    /// An adapter that also tells how a layer is rounded, where no weight makes up for another.
    fn rounded(base: &[u8], name: &str, spans: usize) -> Contents {
        let triangle: Vec<f32> =
            (0..32).flat_map(|row| (row..32).map(move |at| f32::from(at == row))).collect();
        let mut contents = adapter(base);
        let dimensions = vec![triangle.len() as u64, spans as u64];
        let bytes = triangle.repeat(spans).iter().flat_map(|number| number.to_le_bytes()).collect();
        contents
            .tensors
            .push((TensorPlan { name: name.to_owned(), dimensions, kind: TensorType::F32 }, bytes));
        contents
    }

    #[test]
    fn what_the_adapter_tells_how_to_round_is_kept_in_four_bits() {
        let base = base().file();
        let plain = merge_bytes(&base, &adapter(&base).file(), "default").unwrap();
        for (rounding, spans, parts) in
            [("ffn_up", 1, ["ffn_gate", "ffn_up"].as_slice()), ("ffn_down", 2, &["ffn_down"])]
        {
            let adapter = rounded(&base, &format!("blk.1.{rounding}.rounding"), spans).file();
            let file = merge_bytes(&base, &adapter, "default").unwrap();
            for layer in 0..2 {
                for part in LINEAR {
                    let name = format!("blk.{layer}.{part}.weight");
                    if layer != 1 || !parts.contains(&part) {
                        assert_eq!(tensor_of(&file, &name), tensor_of(&plain, &name), "{name}");
                        continue;
                    }
                    assert_eq!(tensor_of(&file, &name).0, TensorType::Iq4Nl);
                    let (before, after) = (numbers_of(&plain, &name), numbers_of(&file, &name));
                    for (before, after) in before.chunks(32).zip(after.chunks(32)) {
                        let largest =
                            before.iter().fold(0.0_f32, |largest, number| largest.max(number.abs()));
                        // Half of the widest step, 24 of 113, where the largest may be cut off a little.
                        let is_near = |(before, after): (&f32, &f32)| (before - after).abs() < 0.15 * largest;
                        assert!(before.iter().zip(after).all(is_near), "{name}: {before:?} {after:?}");
                    }
                }
            }
            // A variant that ends before this layer has nothing of it.
            assert_eq!(
                merge_bytes(&base, &adapter, "small").unwrap(),
                merge_bytes(&base, &super::super::tiny::adapter(&base).file(), "small").unwrap()
            );
        }
        let words = refusal(&base, &rounded(&base, "blk.1.ffn_up.rounding", 2).file(), "default");
        assert!(words.contains("blk.1.ffn_up.rounding does not fit blk.1.ffn_gate.weight"), "{words}");
        let words = refusal(&base, &rounded(&base, "blk.1.attn_q.rounding", 1).file(), "default");
        assert!(words.contains("nobody knows the adapter's tensor blk.1.attn_q.rounding"), "{words}");
    }

    #[test]
    fn the_rest_is_kept_to_the_bit_and_later_layers_are_gone() {
        let base = base().file();
        let adapter = adapter(&base).file();
        for (variant, layers) in [("default", 2_u32), ("small", 1)] {
            let file = merge_bytes(&base, &adapter, variant).unwrap();
            let header = Header::read(file.as_slice(), file.len() as u64).unwrap();
            assert_eq!(header.tensors.len(), 2 + 9 * layers as usize);
            assert_eq!(tensor_of(&file, "token_embd.weight"), tensor_of(&base, "token_embd.weight"));
            for layer in 0..layers {
                let norm = format!("blk.{layer}.ffn_norm.weight");
                assert_eq!(tensor_of(&file, &norm), tensor_of(&base, &norm));
            }
            assert!(header.tensor(&format!("blk.{layers}.ffn_norm.weight")).is_err());
            assert_eq!(
                tensor_of(&file, LAST_NORM),
                (TensorType::F32, tensor_of(&adapter, &format!("{variant}.{LAST_NORM}")).1)
            );
        }
    }

    #[test]
    fn the_metadata_says_what_it_is_and_how_its_labels_are_read() {
        let base = base().file();
        let adapter = adapter(&base).file();
        let file = merge_bytes(&base, &adapter, "default").unwrap();
        let metadata = Header::read(file.as_slice(), file.len() as u64).unwrap().metadata;
        assert_eq!(metadata.text("general.name"), Some("leastwise-detector"));
        assert_eq!(metadata.text("general.architecture"), Some("llama"));
        assert_eq!(metadata.u32("llama.block_count"), Some(2));
        assert_eq!(metadata.u32("llama.embedding_length"), Some(32));
        assert_eq!(metadata.u32("general.file_type"), Some(7));
        assert_eq!(metadata.text("tokenizer.chat_template"), Some("{{ messages }}"));
        assert_eq!(
            metadata.text("leastwise.labels"),
            Some(
                r#"{"labels":[{"name":"host-network","threshold":0.6,"scale":1.25,"offset":-0.5},{"name":"secret-in-plain-text","threshold":0.7,"scale":1.0,"offset":0.0}]}"#
            )
        );
        let (rows, bias) =
            (numbers_of(&adapter, "default.label_rows"), numbers_of(&adapter, "default.label_bias"));
        let expected = [&rows[..32], &bias[..1], &rows[32..], &bias[1..]].concat();
        assert_eq!(metadata.numbers("leastwise.label_rows"), Some(expected.as_slice()));
        for part in ["state_mean", "state_whitening"] {
            let expected = numbers_of(&adapter, &format!("default.{part}"));
            assert_eq!(metadata.numbers(&format!("leastwise.{part}")), Some(expected.as_slice()));
        }
        let small = merge_bytes(&base, &adapter, "small").unwrap();
        let metadata = Header::read(small.as_slice(), small.len() as u64).unwrap().metadata;
        assert_eq!(metadata.text("general.name"), Some("leastwise-detector-small"));
    }

    #[test]
    fn the_file_is_always_the_same() {
        let base = base().file();
        let adapter = adapter(&base).file();
        let file = merge_bytes(&base, &adapter, "default").unwrap();
        assert_eq!(merge_bytes(&base, &adapter, "default").unwrap(), file);
        // Computed on x86-64: other machines must come to the same.
        assert_eq!(
            sha256(file.as_slice(), |_| Ok(())).unwrap(),
            "95c15aa0c4af971de40121186c407adf735b53e6ca3b8eaecb6c76f4f7152355"
        );
    }

    #[test]
    fn another_base_is_refused() {
        let mut contents = base();
        let adapter = adapter(&contents.file()).file();
        contents.metadata.set("general.name", "another");
        let words = refusal(&contents.file(), &adapter, "default");
        assert!(words.contains("is not the base model that the detector was trained on"), "{words}");
    }

    #[test]
    fn what_is_no_whole_adapter_is_refused() {
        let base = base().file();
        assert!(refusal(&base, &base, "default").contains("no adapter of the detector"));
        assert!(refusal(&base, &adapter(&base).file(), "large").contains("no variant \"large\""));

        let damaged = |damage: &dyn Fn(&mut Contents)| {
            let mut contents = adapter(&base);
            damage(&mut contents);
            refusal(&base, &contents.file(), "default")
        };
        let missing = damaged(&|adapter| drop(adapter.tensors.remove(1)));
        assert!(missing.contains("not whole: there is no tensor blk.0.attn_q.weight.lora_b"), "{missing}");
        let stray = damaged(&|adapter| adapter.tensors[0].0.name = "blk.0.attn_qq.weight.lora_a".to_owned());
        assert!(stray.contains("nobody knows the adapter's tensor blk.0.attn_qq.weight.lora_a"), "{stray}");
        let turned = damaged(&|adapter| adapter.tensors[0].0.dimensions.reverse());
        assert!(turned.contains("do not fit blk.0.attn_q.weight"), "{turned}");
        let infinite = damaged(&|adapter| adapter.tensors[0].1[..2].copy_from_slice(&[0x00, 0x7c]));
        assert!(infinite.contains("no number"), "{infinite}");
        let one_label = VARIANTS.replacen(
            r#"{"name": "host-network", "threshold": 0.6, "scale": 1.25, "offset": -0.5},"#,
            "",
            1,
        );
        let rows = damaged(&|adapter| adapter.metadata.set("leastwise.variants", one_label.as_str()));
        assert!(rows.contains("default.label_rows has the shape [32, 2] and not [32, 1]"), "{rows}");
        let layers = damaged(&|adapter| {
            adapter.metadata.set("leastwise.variants", VARIANTS.replace("\"layers\": 2", "\"layers\": 4"));
        });
        assert!(layers.contains("keeps 4 layers of the base model's 3"), "{layers}");
        let no_json = damaged(&|adapter| adapter.metadata.set("leastwise.variants", "[{"));
        assert!(no_json.contains("leastwise.variants"), "{no_json}");
    }

    #[test]
    fn progress_ends_at_the_end() {
        let base = base().file();
        let adapter = adapter(&base).file();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("base.gguf");
        std::fs::write(&path, &base).unwrap();
        let mut steps = Vec::new();
        let mut on_progress = |done, total| steps.push((done, total));
        merge(&path, &Adapter::read(&adapter).unwrap(), "small", std::io::sink(), &mut on_progress).unwrap();
        let expected = 11;
        assert_eq!(steps.len(), expected);
        assert!(steps.is_sorted() && steps.last().is_some_and(|(done, total)| done == total), "{steps:?}");
    }
}
