package migrate

import (
	"bytes"
	"hash/maphash"
	"iter"
)

// words finds where a name stands in a text. It reads the text once, and not again for each name.
type words struct {
	data        []byte
	seed        maphash.Seed
	first, last []int32 // the first and last word of each hash, as an index of starts; -1 for none
	starts      []int32
	next        []int32 // the next word of the same hash
}

func newWords(data []byte) *words {
	const most = 1 << 16 // hashes
	size := 1 << 8
	for size < most && size < len(data)/64 {
		size <<= 1
	}
	w := &words{data: data, seed: maphash.MakeSeed(), first: make([]int32, size), last: make([]int32, size)}
	for i := range w.first {
		w.first[i], w.last[i] = -1, -1
	}
	for i := 0; i < len(data); i++ {
		if !wordByte(data[i]) {
			continue
		}
		start := i
		for i < len(data) && wordByte(data[i]) {
			i++
		}
		w.add(start, i)
	}
	return w
}

func (w *words) add(start, end int) {
	h, i := w.hash(w.data[start:end]), int32(len(w.starts))
	if w.first[h] < 0 {
		w.first[h] = i
	} else {
		w.next[w.last[h]] = i
	}
	w.last[h] = i
	w.starts, w.next = append(w.starts, int32(start)), append(w.next, -1)
}

func (w *words) hash(word []byte) int {
	return int(maphash.Bytes(w.seed, word) % uint64(len(w.first)))
}

// places returns where a name stands that is no part of a longer word. A name may have dashes in it.
func (w *words) places(name []byte) iter.Seq[int] {
	dash := bytes.LastIndexByte(name, '-') + 1
	return func(yield func(int) bool) {
		for i := w.first[w.hash(name[dash:])]; i >= 0; i = w.next[i] {
			start := int(w.starts[i]) - dash
			end := start + len(name)
			if start < 0 || end > len(w.data) || !bytes.Equal(w.data[start:end], name) ||
				start > 0 && wordByte(w.data[start-1]) || end < len(w.data) && wordByte(w.data[end]) {
				continue
			}
			if !yield(start) {
				return
			}
		}
	}
}
