"""The 工作台: the page on which everybody begins."""
