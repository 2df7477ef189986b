"""疑似重复, 同文关联: papers that may be one (docs/architecture.md, decisions)."""
