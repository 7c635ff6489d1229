zn_fuzz(account_text SOURCES fuzz/account_text.c ROOMS core)
zn_fuzz(amount_text SOURCES fuzz/amount_text.c ROOMS core)
zn_fuzz(codec_record SOURCES fuzz/codec_record.c ROOMS core)
zn_fuzz(merkle_path SOURCES fuzz/merkle_path.c ROOMS core)
