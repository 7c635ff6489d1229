#include "chain/tx/refusal.h"

const char *zn_ledger_refusal_name(uint32_t refusal)
{
	switch (refusal) {
	case ZN_LEDGER_OK:
		return "OK";
#define X(name, value, sentence)                                                                   \
	case ZN_LEDGER_##name:                                                                     \
		return #name;
		ZN_LEDGER_REFUSALS(X)
#undef X
#define X(name, sentence)                                                                          \
	case ZN_LEDGER_ANNOUNCEMENT_##name:                                                        \
		return "ANNOUNCEMENT_" #name;
		ZN_ANNOUNCEMENT_REFUSALS(X)
#undef X
#define X(name, sentence)                                                                          \
	case ZN_LEDGER_VOUCHER_##name:                                                             \
		return "VOUCHER_" #name;
		ZN_VOUCHER_REFUSALS(X)
#undef X
	default:
		return "?";
	}
}

const char *zn_ledger_refusal_sentence(uint32_t refusal)
{
	switch (refusal) {
	case ZN_LEDGER_OK:
		return "the transaction is in order";
#define X(name, value, sentence)                                                                   \
	case ZN_LEDGER_##name:                                                                     \
		return sentence;
		ZN_LEDGER_REFUSALS(X)
#undef X
#define X(name, sentence)                                                                          \
	case ZN_LEDGER_ANNOUNCEMENT_##name:                                                        \
		return sentence;
		ZN_ANNOUNCEMENT_REFUSALS(X)
#undef X
#define X(name, sentence)                                                                          \
	case ZN_LEDGER_VOUCHER_##name:                                                             \
		return sentence;
		ZN_VOUCHER_REFUSALS(X)
#undef X
	default:
		return "?";
	}
}
