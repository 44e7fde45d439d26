"""Speed beside the peers that are installed, in one run on one machine. `python -m benchmarks [NAME ...]`"""
