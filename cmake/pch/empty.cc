// A precompiled header needs a library of its own to be shared: this is its source.
