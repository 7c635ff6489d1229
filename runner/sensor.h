/* runner/sensor.h - readings of temperature and power, as `zennet-runner sensors` tells them.
 *
 * Texts are printable ASCII; values are bounded. A reading that is not there is not in the list, and a
 * note says why there is none of its kind.
 */
#ifndef ZN_RUNNER_SENSOR_H
#define ZN_RUNNER_SENSOR_H

#include "runner/device.h"

#define ZN_SENSOR_NAME_BYTES_MAX 63

/* What a reading can be; beyond it a sensor is broken or not connected. */
#define ZN_SENSOR_MILLI_MIN   (-50000)
#define ZN_SENSOR_MILLI_C_MAX 150000
#define ZN_SENSOR_MILLI_W_MAX 5000000
#define ZN_SENSOR_MILLI_MAX   ZN_SENSOR_MILLI_W_MAX

/** Sent over the pipe: never renumbered. */
enum zn_sensor_kind { ZN_SENSOR_TEMPERATURE = 1, ZN_SENSOR_POWER = 2 };
enum zn_sensor_of { ZN_SENSOR_OF_CPU = 1, ZN_SENSOR_OF_GPU = 2, ZN_SENSOR_OF_OTHER = 3 };

struct zn_sensor {
	uint8_t kind;                            /* enum zn_sensor_kind */
	uint8_t of;                              /* enum zn_sensor_of */
	int32_t milli;                           /* thousandths of a degree Celsius, milliwatts */
	char name[ZN_SENSOR_NAME_BYTES_MAX + 1]; /* "coretemp Package id 0" */
	char pci[ZN_PCI_TEXT_BYTES_MAX + 1];     /* of a card; else empty */
};

struct zn_readings {
	uint32_t round; /* from 1: power that is counted as energy comes with the second */
	uint32_t count;
	struct zn_sensor list[ZN_SENSORS_MAX];
	/* Why there is no reading at all of that kind; empty while there is one. */
	char temperature_note[ZN_DEVICE_REASON_BYTES_MAX + 1];
	char power_note[ZN_DEVICE_REASON_BYTES_MAX + 1];
};

#endif
