"""Lists read page by page: offsets, cursors, positions and prefetching."""
