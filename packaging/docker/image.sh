#!/bin/sh
# Lays out a file system that holds a program and the libraries that it loads: image.sh PROGRAM FOLDER
set -eu
program=$1
folder=$2
mkdir -p "$folder/usr/bin" "$folder/work"
cp "$program" "$folder/usr/bin/leastwise"
chmod 0755 "$folder/usr/bin/leastwise"
# `ldd` prints "name => path (address)", and the loader's path alone.
ldd "$program" | grep -o '/[^ ]*' | while read -r library; do
  mkdir -p "$folder$(dirname "$library")"
  cp -L "$library" "$folder$library"
done
