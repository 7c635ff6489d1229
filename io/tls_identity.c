/* io/tls_identity.c - the key and certificate of a server, and the pin that names it. */
#include "io/http_server.h"

#include "io/clock.h"
#include "io/random.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LIFETIME_DAYS 3650 /* nobody looks at it: the pin decides */

static char *bio_text(BIO *bio)
{
	char *bytes = NULL;
	long count = BIO_get_mem_data(bio, &bytes);
	char *text = count > 0 ? malloc((size_t)count + 1) : NULL;

	if (text != NULL) {
		memcpy(text, bytes, (size_t)count);
		text[count] = '\0';
	}
	return text;
}

static char *key_text(EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	char *text = NULL;

	if (bio != NULL && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1)
		text = bio_text(bio);
	BIO_free(bio);
	return text;
}

static char *certificate_text(X509 *certificate)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;

	if (bio != NULL && PEM_write_bio_X509(bio, certificate) == 1)
		text = bio_text(bio);
	BIO_free(bio);
	return text;
}

static bool certificate_fill(X509 *certificate, EVP_PKEY *key)
{
	X509_NAME *name = X509_get_subject_name(certificate);
	time_t now = (time_t)zn_clock_wall_s();
	uint64_t serial;

	zn_random_bytes(&serial, sizeof serial);
	return X509_set_version(certificate, 2) == 1 &&
	       ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1 | 1) == 1 &&
	       X509_time_adj_ex(X509_getm_notBefore(certificate), -1, 0, &now) != NULL &&
	       X509_time_adj_ex(X509_getm_notAfter(certificate), LIFETIME_DAYS, 0, &now) != NULL &&
	       X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"zennet",
		       -1, -1, 0) == 1 &&
	       X509_set_issuer_name(certificate, name) == 1 &&
	       X509_set_pubkey(certificate, key) == 1 &&
	       X509_sign(certificate, key, EVP_sha256()) > 0;
}

static bool pin_of(struct zn_hash *pin, const X509 *certificate)
{
	unsigned char *bytes = NULL;
	int count = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &bytes);

	if (count <= 0)
		return false;
	zn_sha256(pin, bytes, (size_t)count);
	OPENSSL_free(bytes);
	return true;
}

enum zn_err zn_tls_identity_make(char **key_pem, char **certificate_pem, struct zn_hash *pin)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();
	enum zn_err err = ZN_ERR_MEMORY;

	*key_pem = NULL;
	*certificate_pem = NULL;
	if (key == NULL || certificate == NULL || !certificate_fill(certificate, key) ||
		!pin_of(pin, certificate))
		goto out;
	*key_pem = key_text(key);
	*certificate_pem = certificate_text(certificate);
	if (*key_pem != NULL && *certificate_pem != NULL) {
		err = ZN_ERR_OK;
		goto out;
	}
	if (*key_pem != NULL)
		OPENSSL_cleanse(*key_pem, strlen(*key_pem));
	free(*key_pem);
	free(*certificate_pem);
	*key_pem = NULL;
	*certificate_pem = NULL;
out:
	X509_free(certificate);
	EVP_PKEY_free(key);
	return err;
}

enum zn_err zn_tls_pin(struct zn_hash *pin, const char *certificate_pem)
{
	BIO *bio = BIO_new_mem_buf(certificate_pem, -1);
	X509 *certificate = bio != NULL ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	enum zn_err err = ZN_ERR_MALFORMED;

	if (certificate != NULL && pin_of(pin, certificate))
		err = ZN_ERR_OK;
	X509_free(certificate);
	BIO_free(bio);
	return err;
}
