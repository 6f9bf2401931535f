# Every target runs the script of its name, with the arguments in ARGS, as in
#
#	make race ARGS='-run TestWriteSkew'

CHECKS := build test fmt vet staticcheck lint race cpu checkptr test-386 cross \
	explore stress-quick bench fuzz model mutants nightly

.PHONY: help ci $(CHECKS)

help:
	@echo "make ci            Runs everything that a change must pass."
	@for check in $(CHECKS); do \
		printf 'make %-13s %s\n' $$check "$$(sed -n '2s/^# //p' scripts/$$check.sh)"; \
	done

ci:
	@bash .ci/run

$(CHECKS):
	@bash scripts/$@.sh $(ARGS)
