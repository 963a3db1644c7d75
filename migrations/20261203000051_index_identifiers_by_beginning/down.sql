DROP INDEX identifiers_beginning_idx;
